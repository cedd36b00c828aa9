import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { satisfies } from 'semver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostEnvironment } from './lib/host.ts';
import { type Installation, install } from './lib/install.ts';
import { packed, packedPackages } from './lib/packed-packages.ts';
import { startRegistry } from './lib/registry.ts';
import { root } from './lib/repository.ts';
import { type Command, run } from './lib/run.ts';
import { amongEverything } from './lib/shared-installations.ts';

/** `npm install` in the folder of a package that somebody writes. */
async function installDependencies(folder: string): Promise<void> {
  const registry = await startRegistry(packedPackages);
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const command = ['npm', 'install', `--@diffeo:registry=${registry.url}`, ...flags] as const;
  try {
    await run(command, { cwd: folder, env: hostEnvironment });
  } finally {
    await registry.close();
  }
}

describe('a package as npm create makes it', () => {
  let home: Installation;
  let folder = '';
  const there = (...command: Command) => run(command, { cwd: folder, env: hostEnvironment });
  beforeAll(async () => {
    home = await install([packed('create-diffeo-layer').tarball]);
    await home.run('npx', '--no', '--', 'create-diffeo-layer', '@me/bend');
    folder = join(home.folder, 'bend');
    await installDependencies(folder);
  });
  afterAll(() => home?.remove());

  test('takes neither core nor tfjs to be made', () => {
    for (const scope of ['@diffeo', '@tensorflow'])
      expect(existsSync(join(home.folder, 'node_modules', scope))).toBe(false);
  });

  test('asks for the packages as they are packed', () => {
    const { peerDependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    for (const name of ['@diffeo/core', '@diffeo/testing']) {
      expect(devDependencies[name]).toBe(`^${packed(name).manifest.version}`);
    }
    expect(peerDependencies['@diffeo/core']).toBe(devDependencies['@diffeo/core']);
  });

  test('has types that hold, passes its conformance test, builds, and publint has nothing against it', async () => {
    const printed = await there('npm', 'run', 'check');
    expect(printed).toMatch(/Tests\s.*\d+ passed/);
    expect(printed).not.toMatch(/\d+ failed|\d+ skipped/);
    expect(printed).toContain('All good!');
  });

  test('is packed, installed and used by somebody else as its README says', async () => {
    const [{ filename, files }] = JSON.parse(await there('npm', 'pack', '--json', '--loglevel=error'));
    expect(files.map(({ path }: { readonly path: string }) => path)).toContain('dist/index.js');
    const packages = [join(folder, basename(filename)), '@diffeo/core', '@tensorflow/tfjs-backend-wasm'];
    const stranger = await install(packages);
    try {
      const readme = readFileSync(join(stranger.folder, 'node_modules/@me/bend/README.md'), 'utf8');
      writeFileSync(join(stranger.folder, 'use.mjs'), /^```ts\n(.*?)^```/ms.exec(readme)?.[1] ?? '');
      expect(await stranger.run('node', 'use.mjs')).toMatch(/Tensor\s+\[\[/);
    } finally {
      stranger.remove();
    }
  });
});

describe('examples/third-party-layer', () => {
  let home: Installation;
  let folder = '';
  const there = (...command: Command) => run(command, { cwd: folder, env: hostEnvironment });
  beforeAll(async () => {
    home = await amongEverything();
    folder = join(home.folder, 'third-party-layer');
    const filter = (path: string) => !['node_modules', 'dist'].includes(basename(path));
    cpSync(join(root, 'examples/third-party-layer'), folder, { recursive: true, filter });
  });
  afterAll(() => home?.remove());

  test('asks for the packages as they are packed', () => {
    const { peerDependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    for (const [name, range] of Object.entries<string>({ ...devDependencies, ...peerDependencies })) {
      if (name.startsWith('@diffeo/'))
        expect(satisfies(packed(name).manifest.version, range), `${name}: ${range}`).toBe(true);
    }
  });

  test('builds, trains, and its model asks for it by name', async () => {
    await there('npm', 'run', 'build');
    expect(await there('node', 'train.mjs')).toMatch(/^held-out loss 1\.\d+ nats, 0\.[0-3]\d+ above the truth\n$/);
    const loaded = await there('node', 'load.mjs');
    expect(loaded).toContain('loaded, trained on two moons');
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(loaded.trim().split('\n').at(-1)).toBe(/^without the package, .*$/m.exec(readme)?.[0]);
  });
});
