import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { runDiffeo, startDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import type { CheckReport } from './check-report.ts';

const scratch = scratchFolder();
const here = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs `diffeo check` in the scratch folder, or elsewhere. */
const check = (args: readonly string[], cwd = scratch.path) => runDiffeo(['check', ...args], cwd);

/** Installs a package of one module in the scratch folder. */
function install(name: string, code: string): void {
  const folder = join('node_modules', name);
  mkdirSync(join(scratch.path, folder), { recursive: true });
  scratch.file(
    join(folder, 'package.json'),
    JSON.stringify({ name, type: 'module', exports: { import: './index.js' } }),
  );
  scratch.file(join(folder, 'index.js'), code);
}

const affine = `
  import { defineBase, defineLayer, defineNetwork, leaf, standardNormal } from '@diffeo/core';
  import { add, exp, fill, mul, neg, sub, sum } from '@tensorflow/tfjs-core';
  const schema = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };
  const rows = (logDet, x) => mul(fill([x.shape[0]], 1), logDet);
  const affine = (shape, sign = 1) => ({
    eventShape: shape,
    baseShape: shape,
    contextShape: null,
    layout: { logScale: leaf(shape), shift: leaf(shape) },
    init: () => ({ logScale: fill(shape, 0), shift: fill(shape, 0) }),
    forward: ({ logScale, shift }, z) => ({ value: add(mul(z, exp(logScale)), shift), logDet: rows(sum(logScale), z) }),
    inverse: ({ logScale, shift }, x) => ({
      value: mul(sub(x, shift), exp(neg(logScale))),
      logDet: rows(mul(sum(logScale), -sign), x),
    }),
  });
`;

beforeAll(() => {
  for (const name of ['@diffeo/core', '@tensorflow/tfjs-core']) {
    const place = join(scratch.path, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(here, 'node_modules', name), place, 'dir');
  }
});

describe('a sound package', () => {
  test('passes: a line for each check on stdout, nothing on stderr, exit 0', async () => {
    install(
      'sound-layers',
      `${affine}
      export const constant = defineNetwork({ type: 'sound-layers/constant', version: 1, schema, build: () => () => ({}) });
      const pairs = defineLayer({
        type: 'sound-layers/pairs',
        version: 1,
        schema,
        build: ({ size }, { eventShape, fail }) => (eventShape[0] === size ? affine(eventShape) : fail('takes ' + size)),
      });
      const vectors = defineLayer({
        type: 'sound-layers/vectors',
        version: 1,
        schema,
        build: (_, { eventShape: [size, ...rest], fail }) =>
          size > 1 && rest.length === 0 ? affine([size]) : fail('takes vectors of two and more'),
      });
      export const definitions = [pairs, vectors, constant];
      export { vectors };
      export const conformance = {
        'sound-layers/pairs': { configs: [{ size: 2 }], eventShapes: [[2]], capabilities: { constantLogDet: true } },
        'sound-layers/vectors': { trainingSteps: 20 },
      };`,
    );
    const { code, stdout, stderr } = await check(['sound-layers']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('sound-layers/pairs (layer) at event shapes [2]\n');
    expect(stdout).toContain('sound-layers/vectors (layer) at event shapes [2], [3]; it takes no [1], [2, 1, 3]\n');
    expect(stdout).toMatch(/^ {2}passed {2}constant-log-det +4 of 4 +\S+, allowed \S+$/m);
    expect(stdout).toMatch(/^ {2}passed {2}builds +8 of 8$/m);
    expect(stdout).toContain('Not checked: sound-layers/constant (network)\n');
    expect(stdout).toMatch(/\n\d+ checks passed, 0 failed\n$/);
  });

  test('is checked on one backend, with one seed and by some checks alone if asked', async () => {
    const args = ['sound-layers', '--backend', 'cpu', '--seed', '7', '--only', 'round-trip,log-det-jacobian', '--json'];
    const { code, stdout } = await check(args);
    expect(code).toBe(0);
    const report: CheckReport = JSON.parse(stdout);
    expect(report).toMatchObject({ package: 'sound-layers', passed: true, counts: { passed: 12, failed: 0 } });
    expect(report.parts.map(({ type, refused }) => [type, refused])).toEqual([
      ['sound-layers/pairs', []],
      ['sound-layers/vectors', [[1], [2, 1, 3]]],
    ]);
    for (const part of report.parts) {
      expect(part.checks.map(({ name, passed }) => [name, passed])).toEqual([
        ['round-trip', true],
        ['log-det-jacobian', true],
      ]);
    }
    expect(report.notChecked).toEqual([{ type: 'sound-layers/constant', kind: 'network' }]);
  });
});

describe('a broken package', () => {
  test('fails with exit 1, and says on stderr which check failed, where and how to repeat it', async () => {
    install(
      'broken-layers',
      `${affine}
      const vector = (_, { eventShape }) => affine(eventShape, -1);
      export const wrongSign = defineLayer({ type: 'broken-layers/wrong-sign', version: 1, schema, build: vector });
      export const old = Object.assign(
        defineLayer({ type: 'broken-layers/old', version: 1, schema, build: vector }),
        { contract: 0 },
      );
      export const picky = defineLayer({
        type: 'broken-layers/picky',
        version: 1,
        schema: { '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'needs a size' }] }) } },
        build: vector,
      });`,
    );
    const { code, stdout, stderr } = await check([
      'broken-layers',
      '--only',
      'builds,log-det-jacobian,log-dets-cancel',
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}FAILED {2}log-dets-cancel +0 of 16 /m);
    expect(stdout).toMatch(/^ {2}FAILED {2}builds +0 of 16$/m);
    expect(stdout).toContain('broken-layers/picky (layer)\n  FAILED  it cannot be checked\n');
    const lines = stderr.trimEnd().split('\n');
    // In the order of the names that they are exported under.
    expect(lines[0]).toContain('written for contract 0');
    expect(lines[1]).toContain('needs a size');
    expect(lines[1]).toContain("conformance = { 'broken-layers/picky': { configs: [...] } }");
    expect(lines[2]).toMatch(/^broken-layers\/wrong-sign fails 'log-dets-cancel' .* got .* at the input/);
    expect(lines[2]).toContain('Repeat with checkLayer(…');
    expect(lines[2]).toContain('It fails at 15 other places too.');
    expect(lines[3]).toContain("broken-layers/wrong-sign fails 'log-det-jacobian'");
    expect(lines[4]).toMatch(/^diffeo: \d+ of \d+ checks failed: .*old, .*picky, .*wrong-sign$/);
    expect(lines).toHaveLength(5);
  });

  test('reports every failure as data', async () => {
    const { code, stdout } = await check(['broken-layers', '--only', 'log-dets-cancel', '--backend', 'cpu', '--json']);
    expect(code).toBe(1);
    const report: CheckReport = JSON.parse(stdout);
    const wrongSign = report.parts.at(-1);
    expect(wrongSign).toMatchObject({ type: 'broken-layers/wrong-sign', passed: false });
    expect(wrongSign?.checks[0]?.failures).toHaveLength(8);
    expect(wrongSign?.checks[0]?.failures[0]?.place).toMatchObject({ backend: 'cpu', eventShape: [1], seed: 1 });
  });
});

describe('what cannot be checked is wrong usage', () => {
  test.each([
    ['a package that is not installed', ['no-such-layers'], /'no-such-layers' cannot be imported from .* npm install/],
    ['a package without layers', ['@tensorflow/tfjs-core'], /exports neither layers nor base distributions/],
    [
      'a check that there is not',
      ['sound-layers', '--only', 'round-trips'],
      /there is no check 'round-trips'; .*round-trip/,
    ],
    ['a check with nothing to do', ['sound-layers', '--only', 'temperature'], /nothing was checked/],
    ['a backend that the kit does not know', ['sound-layers', '--backend', 'webgl'], /--backend is one of cpu, wasm/],
    ['no package', [], /PACKAGE is missing/],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await check(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('a package that does not load, and one whose conformance is about nothing', async () => {
    install('throwing', "throw new Error('no such luck');");
    expect((await check(['throwing'])).stderr).toMatch(/'throwing' is there and does not load: no such luck/);
    install(
      'misnamed',
      `${affine}
      const build = (_, { eventShape }) => affine(eventShape);
      export const layer = defineLayer({ type: 'misnamed/layer', version: 1, schema, build });
      export const conformance = { layer: {} };`,
    );
    const { code, stderr } = await check(['misnamed']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/conformance has options for 'layer', and it exports misnamed\/layer/);
  });
});

describe('our own packages', () => {
  /** Two checks that build, run and save every layer: the rest is for the tests of those packages. */
  const truths = 'round-trip,save-load';

  test.each([
    ['@diffeo/layers-coupling', ['coupling']],
    ['@diffeo/layers-glow', ['actnorm', 'squeeze']],
    ['@diffeo/layers-linear', ['permute', 'plu-linear', 'reverse']],
  ])('%s', async (name, layers) => {
    const { code, stdout, stderr } = await check([name, '--only', truths, '--backend', 'wasm', '--json'], here);
    const report: CheckReport = JSON.parse(stdout);
    expect(code, stderr).toBe(report.passed ? 0 : 1);
    const checked = report.parts.filter(({ problem }) => problem === null);
    expect(checked.map(({ type }) => type)).toEqual(expect.arrayContaining(layers.map((layer) => `${name}/${layer}`)));
    expect(checked.filter(({ passed }) => !passed)).toEqual([]);
  });
});

test('Ctrl-C ends it between two event shapes', async () => {
  install(
    'talkative',
    `${affine}
    const build = (_, { eventShape }) => affine(eventShape);
    export const layer = defineLayer({ type: 'talkative/layer', version: 1, schema, build });
    console.error('loaded');`,
  );
  const running = startDiffeo(['check', 'talkative'], scratch.path);
  await running.said('loaded');
  running.kill('SIGINT');
  const { code, stderr } = await running.ended;
  expect({ code, stderr }).toEqual({ code: 130, stderr: 'loaded\ndiffeo: cancelled\n' });
});
