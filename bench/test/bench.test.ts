import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { QualityRow } from '../src/lib/quality/measure-quality.ts';

// The smallest of each benchmark, which shows that everything runs: nothing here depends on how long anything takes, or on
// whether this machine has PyTorch.
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const bench = (args: string) => spawnSync(process.execPath, [main, ...args.split(' ')], { encoding: 'utf8' });

/** What a benchmark prints with `--json`. */
function measured<Result>(args: string): Result {
  const { status, stdout, stderr } = bench(`${args} --json`);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-bench-test-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const ours = ['diffeo', 'diffeo, 2 workers', 'diffeo, 256 bits', 'diffeo, 2 workers, 256 bits'];

test.each([
  ['training', [...ours, 'stock tfjs', 'tfjs on cpu', 'jax-js']],
  ['images', ours],
])('%s: every competitor computes the same and is measured in every mode', (name, checked) => {
  interface Row {
    readonly competitor: string;
    readonly millisecondsPerStep: { readonly median: number };
  }
  const { rows, checks } = measured<{ rows: Row[]; checks: Pick<Row, 'competitor'>[] }>(
    `${name} --smoke --rounds 1 --steps 1`,
  );
  expect(checks.map(({ competitor }) => competitor).sort()).toEqual([...checked].sort());
  // Two processes have no whole batch that could be checked.
  const all = [...checked, 'diffeo, two independent processes'];
  expect(rows.map(({ competitor }) => competitor).sort()).toEqual([...all, ...all, ...all].sort());
  for (const { millisecondsPerStep } of rows) expect(millisecondsPerStep.median).toBeGreaterThan(0);
});

test.each(['memory', 'memory --images'])('%s: recomputed gradients take no more at 64 layers than at 8', (name) => {
  const rows = measured<{ layers: number; gradient: string; peakBytes: number }[]>(`${name} --smoke`);
  const peak = (layers: number, gradient: string) =>
    rows.find((row) => row.layers === layers && row.gradient === gradient)?.peakBytes as number;
  expect(peak(64, 'recompute')).toBeLessThan(1.15 * peak(8, 'recompute'));
  expect(peak(64, 'store')).toBeGreaterThan(5 * peak(8, 'store'));
});

test('readers: both read the same rows', () => {
  const { tables, rows } = measured<{ tables: { ratio: number }[]; rows: number }>('readers --smoke');
  expect([rows, tables.length]).toEqual([500, 2]);
  for (const { ratio } of tables) expect(ratio).toBeGreaterThan(0);
});

test('cluster: both numbers of workers beside scoring alone, and the bytes of a row', () => {
  const { ratio, bareRatio, bytesReadPerRow, bytesWrittenPerRow } = measured<Record<string, number>>('cluster --smoke');
  expect(ratio).toBeGreaterThan(0);
  expect(bareRatio).toBeGreaterThan(0);
  expect(bytesReadPerRow).toBeGreaterThan(8);
  expect(bytesWrittenPerRow).toBeGreaterThan(4);
});

test('convolutions: forward and both gradients, and stacks of them, by everybody who can', () => {
  const { rows } = measured<{ rows: { pass: string; competitor: string; milliseconds: number | null }[] }>(
    'convolutions --smoke --rounds 1',
  );
  const own = rows.filter(({ competitor }) => competitor === 'diffeo, simd');
  expect(own.map(({ pass }) => pass)).toEqual(['forward', 'input', 'filter', 'forward', 'training']);
  for (const { milliseconds } of own) expect(milliseconds).toBeGreaterThan(0);
  for (const { competitor, pass } of rows.filter(({ milliseconds }) => milliseconds === null)) {
    expect(competitor).toBe('stock tfjs');
    expect(['filter', 'training']).toContain(pass);
  }
});

test('activations: each between the layers of stacks of both kinds', () => {
  const { rows } = measured<{ rows: { stack: string; activation: string; milliseconds: number }[] }>(
    'activations --smoke --rounds 1',
  );
  expect(rows.map(({ activation }) => activation)).toEqual([0, 1].flatMap(() => ['relu', 'tanh', 'elu', 'sigmoid']));
  for (const { milliseconds } of rows) expect(milliseconds).toBeGreaterThan(0);
});

test('heap: nothing is held longer than a step', () => {
  const { rows } = measured<{ rows: { tensors: number; takenBytes: number }[] }>('heap --steps 100');
  expect(rows).toHaveLength(10);
  expect(new Set(rows.map(({ tensors }) => tensors)).size).toBe(1);
  expect(new Set(rows.map(({ takenBytes }) => takenBytes)).size).toBe(1);
});

test.each([
  ['profile', ['stock tfjs', 'diffeo']],
  ['profile --images', ['diffeo']],
])('%s: a flame chart of each, which the developer tools open', (name, competitors) =>
  inFolder((folder) => {
    const profiles = measured<{ competitor: string; file: string }[]>(`${name} --smoke --steps 2 --folder ${folder}`);
    expect(profiles.map(({ competitor }) => competitor)).toEqual(competitors);
    for (const { file } of profiles) expect(JSON.parse(readFileSync(file, 'utf8')).nodes.length).toBeGreaterThan(10);
  }),
);

test('quality: what a flow of the digits reaches in so many steps, and pictures of it', () =>
  inFolder((folder) => {
    const { rows } = measured<{ rows: QualityRow[] }>(
      `quality --only digits --noise uniform --steps 25 --out ${folder}`,
    );
    expect(rows.map(({ noise }) => noise)).toEqual(['uniform']);
    for (const { steps, bits, draws, binBits, gaussian, curve, reconstruction, files } of rows) {
      expect(steps).toBe(25);
      expect(bits).toBeLessThan(binBits);
      expect(draws.sixteen).toBeLessThan(draws.one);
      expect(gaussian?.preprocessed).toBeLessThan(binBits);
      expect(curve.length).toBeGreaterThan(1);
      expect(reconstruction).toMatchObject({ images: 180, exact: 1 });
      expect(files).toHaveLength(5);
      for (const file of files) expect(readFileSync(file).length).toBeGreaterThan(100);
    }
  }));

test('tables: a density of each table of a folder', () =>
  inFolder((folder) => {
    mkdirSync(join(folder, 'splits'));
    const pack = (name: string, text: string) => writeFileSync(join(folder, name), gzipSync(text));
    const rows = Array.from({ length: 80 }, (_, i) => `${Math.sin(7 * i)},${Math.exp(Math.cos(3 * i))}`);
    pack('waves.csv.gz', `a,b\n${rows.join('\n')}\n`);
    const places = Array.from({ length: 80 }, (_, i) => i);
    const split = { train: places.slice(0, 50), val: places.slice(50, 60), test: places.slice(60) };
    pack('splits/waves.json.gz', JSON.stringify(split));
    const { tables } = measured<{ tables: { table: string; rows: number; nll: number; beside: object[] }[] }>(
      `tables --effort fast --data ${folder}`,
    );
    expect(tables).toMatchObject([{ table: 'waves', rows: 60, beside: [] }]);
    expect(tables[0]?.nll).toBeLessThan(3);
  }));

test('serving: every way answers', () => {
  const { rows } = measured<{ rows: { way: string; milliseconds: number }[] }>('serving --smoke --rounds 3');
  expect(rows).toHaveLength(3);
  for (const { milliseconds } of rows) expect(milliseconds).toBeGreaterThan(0);
});

test('onnx: an exported flow gives what ours gives, in each runtime', () => {
  const { rows } = measured<{
    rows: { runtime: string; function: string; difference: number; milliseconds: number }[];
  }>('onnx --smoke --rounds 2');
  const web = rows.filter(({ runtime }) => runtime === 'onnxruntime-web');
  expect(web.map((row) => row.function)).toEqual(['logProb', 'logProb', 'toData', 'toData']);
  for (const { difference, milliseconds } of rows) {
    expect(difference).toBeLessThan(1e-5);
    expect(milliseconds).toBeGreaterThan(0);
  }
});

test('backends: each that the browser has steps, scores and samples', () => {
  interface Row {
    readonly backend: string;
    readonly milliseconds: number;
  }
  const { rows } = measured<{ rows: Row[] }>('backends --smoke');
  const by = (name: string) => rows.filter(({ backend }) => backend === name);
  for (const name of ['wasm', 'webgl', 'cpu']) expect(by(name), name).toHaveLength(3);
  for (const { milliseconds } of rows) expect(milliseconds).toBeGreaterThan(0);
});

test('what is asked for wrongly is refused in one line', () => {
  const { status, stdout, stderr } = bench('training --rounds many');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toBe("--rounds takes a whole number above 0; got 'many'\n");
});
