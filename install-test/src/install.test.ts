import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from './lib/bundle.ts';
import { hostEnvironment, hostNode, pinnedNode } from './lib/host.ts';
import { type Installation, install } from './lib/install.ts';
import { packed, packedPackages } from './lib/packed-packages.ts';
import { fixture } from './lib/repository.ts';
import { run } from './lib/run.ts';
import { amongEverything, copiesFor, withLinksTo } from './lib/shared-installations.ts';

const backend = '@tensorflow/tfjs-backend-cpu';

/** A folder that finds core and one other package, each with what it asks for and no more. */
const besideCore =
  (name: string) =>
  (...fixtures: string[]): Promise<Installation> =>
    withLinksTo(['@diffeo/core', `@diffeo/${name}`, backend], fixtures);

const selections = [
  {
    title: 'core alone',
    prepare: (...fixtures: string[]) => install([packed('@diffeo/core').tarball, backend], fixtures),
    brings: ['core'],
    program: 'core.mjs',
    runsBundled: true,
  },
  {
    title: 'core and couplings',
    prepare: besideCore('layers-coupling'),
    brings: ['core', 'layers-coupling', 'networks', 'ops'],
    program: 'coupling.mjs',
    runsBundled: true,
  },
  {
    title: 'core and stand-alone layers',
    prepare: besideCore('layers-elementwise'),
    brings: ['core', 'layers-elementwise', 'ops'],
    program: 'elementwise.mjs',
    runsBundled: true,
  },
  {
    title: 'core and the layers of Glow',
    prepare: besideCore('layers-glow'),
    brings: ['core', 'layers-glow', 'ops'],
    program: 'glow.mjs',
    runsBundled: true,
  },
  {
    title: 'everything, by name',
    prepare: (...fixtures: string[]) => amongEverything(fixtures),
    brings: packedPackages.flatMap(({ manifest }) => /^@diffeo\/(.*)/.exec(manifest.name)?.[1] ?? []).sort(),
    program: 'everything.mjs',
    runsBundled: false, // its WASM backend fetches files, for which it takes a browser
  },
];

describe.each(selections)('$title', ({ prepare, brings, program, runsBundled }) => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await prepare(`use/${program}`);
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
    expect(
      copiesFor(installation)
        .map((place) => basename(place))
        .sort(),
    ).toEqual(brings);
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
