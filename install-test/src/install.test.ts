import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from './lib/bundle.ts';
import { hostEnvironment, hostNode, pinnedNode } from './lib/host.ts';
import { type Installation, install } from './lib/install.ts';
import { everything, packed, packedPackages } from './lib/packed-packages.ts';
import { fixture } from './lib/repository.ts';
import { run } from './lib/run.ts';

const tarballs = (...packages: string[]) => packages.map((name) => packed(`@diffeo/${name}`).tarball);

const selections = [
  {
    title: 'core alone',
    packages: [...tarballs('core'), '@tensorflow/tfjs-backend-cpu'],
    brings: ['core'],
    program: 'core.mjs',
    runsBundled: true,
  },
  {
    title: 'core and couplings',
    packages: [...tarballs('core', 'layers-coupling'), '@tensorflow/tfjs-backend-cpu'],
    brings: ['core', 'layers-coupling', 'networks', 'ops'],
    program: 'coupling.mjs',
    runsBundled: true,
  },
  {
    title: 'core and stand-alone layers',
    packages: [...tarballs('core', 'layers-elementwise'), '@tensorflow/tfjs-backend-cpu'],
    brings: ['core', 'layers-elementwise', 'ops'],
    program: 'elementwise.mjs',
    runsBundled: true,
  },
  {
    title: 'core and the layers of Glow',
    packages: [...tarballs('core', 'layers-glow'), '@tensorflow/tfjs-backend-cpu'],
    brings: ['core', 'layers-glow', 'ops'],
    program: 'glow.mjs',
    runsBundled: true,
  },
  {
    title: 'everything, by name',
    packages: everything,
    brings: packedPackages.flatMap(({ manifest }) => /^@diffeo\/(.*)/.exec(manifest.name)?.[1] ?? []).sort(),
    program: 'everything.mjs',
    runsBundled: false, // its WASM backend fetches files, for which it takes a browser
  },
];

describe.each(selections)('$title', ({ packages, brings, program, runsBundled }) => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install(packages, [`use/${program}`]);
  });
  afterAll(() => installation?.remove());

  const expectSaneResults = (printed: string) => {
    const { before, after, logDet, logDetByJacobian } = JSON.parse(printed);
    expect(before.length).toBeGreaterThan(0);
    for (const each of before) expect(each).toBeLessThan(5);
    expect(after).toEqual(before);
    if (logDet !== undefined) expect(logDetByJacobian).toBeCloseTo(logDet, 4);
  };

  test('brings of ours what it needs and no more, once', () => {
    expect(readdirSync(join(installation.folder, 'node_modules/@diffeo')).sort()).toEqual(brings);
    const copies = readdirSync(join(installation.folder, 'node_modules'), { recursive: true, encoding: 'utf8' });
    expect(copies.filter((path) => /@diffeo[\\/][^\\/]+[\\/]node_modules$/.test(path))).toEqual([]);
  });

  test("works on the machine's own Node", async () => {
    expectSaneResults(await installation.run(hostNode, program));
  });

  test('works on the pinned Node', async () => {
    expectSaneResults(await installation.run(pinnedNode, program));
  });

  test('is bundled for the browser by Vite, with nothing of Node in it', async () => {
    const { code, imports, warnings } = await bundle(
      installation.folder,
      readFileSync(fixture(`use/${program}`), 'utf8'),
    );
    expect(warnings).toEqual([]);
    expect(imports).toEqual([]);
    if (!runsBundled) return;

    const empty = mkdtempSync(join(tmpdir(), 'diffeo-bundled-'));
    try {
      writeFileSync(join(empty, 'bundle.mjs'), code);
      const command = [hostNode, fixture('without-node.mjs'), join(empty, 'bundle.mjs')] as const;
      expectSaneResults(await run(command, { cwd: empty, env: hostEnvironment }));
    } finally {
      rmSync(empty, { recursive: true, force: true });
    }
  });
});

test('a module of Node in a bundle is noticed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-bundled-'));
  try {
    const { warnings } = await bundle(folder, "import { readFileSync } from 'node:fs';\nreadFileSync('data.csv');\n");
    expect(warnings.join('\n')).toContain('node:fs');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
