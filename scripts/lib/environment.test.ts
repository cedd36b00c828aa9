import { delimiter } from 'node:path';
import { describe, expect, test } from 'vitest';
import { callerFolder, childEnvironment } from './environment.mjs';

describe('the environment of children', () => {
  test('is free of what npm run adds', () => {
    const env = childEnvironment({
      npm_lifecycle_event: 'test',
      npm_package_name: 'diffeo',
      npm_execpath: '/usr/lib/npm-cli.js',
      npm_config_prefix: '/usr',
      npm_config_loglevel: 'silent',
      npm_config_json: 'true',
      npm_config_noproxy: '',
      INIT_CWD: '/home/reader',
      HOME: '/home/reader',
    });
    expect(Object.keys(env).filter((key) => /^npm_|^INIT_CWD$/i.test(key))).toEqual([]);
    expect(env['HOME']).toBe('/home/reader');
  });

  test('keeps how to reach the registry', () => {
    const settings = {
      npm_config_registry: 'https://registry.example/',
      NPM_CONFIG_HTTPS_PROXY: 'http://proxy.example',
      npm_config_cafile: '/etc/ca.pem',
      npm_config_userconfig: '/home/reader/.npmrc',
      'npm_config_//registry.example/:_authToken': 'token',
      'npm_config_@scope:registry': 'https://scope.example/',
    };
    expect(childEnvironment(settings)).toMatchObject(settings);
  });

  test('finds the toolchain first, whatever the case of PATH', () => {
    expect(childEnvironment({ PATH: '/usr/bin' }, ['/a', '/b'])['PATH']).toBe(['/a', '/b', '/usr/bin'].join(delimiter));
    const windows = childEnvironment({ Path: 'C:\\bin' }, ['/a']);
    expect(windows['Path']).toBe(['/a', 'C:\\bin'].join(delimiter));
    expect(windows).not.toHaveProperty('PATH');
  });
});

describe("the caller's folder", () => {
  test('is where npm run was called', () => {
    const env = { npm_lifecycle_event: 'diffeo', INIT_CWD: '/home/reader/data' };
    expect(callerFolder(env, 'diffeo', '/repository')).toBe('/home/reader/data');
  });

  test('is the working folder when called without npm, even below another npm script', () => {
    expect(callerFolder({}, 'diffeo', '/here')).toBe('/here');
    expect(callerFolder({ npm_lifecycle_event: 'test', INIT_CWD: '/elsewhere' }, 'diffeo', '/here')).toBe('/here');
  });
});
