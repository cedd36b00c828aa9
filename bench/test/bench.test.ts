import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const bench = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });

interface Row {
  readonly competitor: string;
  readonly millisecondsPerStep: { readonly median: number };
}

const namesOf = (rows: readonly Pick<Row, 'competitor'>[]) => new Set(rows.map(({ competitor }) => competitor));

/** Three modes of everyone who was checked, and of the halves, which have no whole batch that could be. */
function requireAllModes(rows: readonly Row[], checked: ReadonlySet<string>): void {
  const measured = new Set([...checked, 'diffeo, two independent processes']);
  expect(namesOf(rows)).toEqual(measured);
  expect(rows).toHaveLength(3 * measured.size);
  for (const row of rows) expect(row.millisecondsPerStep.median).toBeGreaterThan(0);
}

test('training: every competitor computes the same and is measured in every mode', () => {
  const { status, stdout, stderr } = bench(
    'training',
    '--models',
    '1',
    '--rounds',
    '1',
    '--steps',
    '2',
    '--warm-up',
    '0',
    '--json',
  );
  expect(status, stderr).toBe(0);
  const { rows, checks, leftOut } = JSON.parse(stdout);
  const competitors = namesOf(checks);
  for (const name of ['stock tfjs', 'tfjs on cpu', 'jax-js']) expect(competitors).toContain(name);
  expect(competitors.has('PyTorch')).toBe(!leftOut.includes('PyTorch'));
  requireAllModes(rows, competitors);
});

test('memory: recomputed gradients take no more at 64 couplings than at 8', () => {
  const { status, stdout, stderr } = bench('memory', '--json');
  expect(status, stderr).toBe(0);
  const rows: { layers: number; gradient: string; peakBytes: number }[] = JSON.parse(stdout);
  const peak = (layers: number, gradient: string) =>
    rows.find((row) => row.layers === layers && row.gradient === gradient)?.peakBytes as number;
  expect(peak(64, 'recompute')).toBeLessThan(1.15 * peak(8, 'recompute'));
  expect(peak(64, 'store')).toBeGreaterThan(5 * peak(8, 'store'));
});

test('images: ours and PyTorch compute the same and are measured in every mode', () => {
  const { status, stdout, stderr } = bench(
    'images',
    ...'--models 1 --rounds 1 --steps 1 --warm-up 0 --json'.split(' '),
    // PyTorch's threads wait for each other for minutes where other tests hold the cores.
    ...['--without', 'spinning,PyTorch, 2 threads'],
  );
  expect(status, stderr).toBe(0);
  const { rows, checks, leftOut } = JSON.parse(stdout);
  const competitors = namesOf(checks);
  for (const name of ['2 workers', '256 bits', '2 workers, 256 bits']) expect(competitors).toContain(`diffeo, ${name}`);
  expect(competitors.has('PyTorch')).toBe(!leftOut.includes('PyTorch'));
  requireAllModes(rows, competitors);
}, 300_000);

test('memory: recomputed gradients of Glow take hardly more at 64 steps of flow than at 8', () => {
  const { status, stdout, stderr } = bench('memory', '--images', '--json');
  expect(status, stderr).toBe(0);
  const rows: { layers: number; gradient: string; peakBytes: number }[] = JSON.parse(stdout);
  const peaks = rows.filter(({ gradient }) => gradient === 'recompute').map(({ peakBytes }) => peakBytes);
  expect(peaks).toHaveLength(2);
  expect(peaks[1]).toBeLessThan(1.15 * (peaks[0] as number));
});

test('convolutions: forward and both gradients, and stacks of them, by everybody who can', () => {
  const { status, stdout, stderr } = bench('convolutions', '--rounds', '1', '--json');
  expect(status, stderr).toBe(0);
  const { rows } = JSON.parse(stdout) as { rows: { pass: string; competitor: string; milliseconds: number | null }[] };
  const ours = rows.filter(({ competitor }) => competitor === 'diffeo, simd');
  expect(ours).toHaveLength(4 * 3 + 2 * 2);
  for (const { milliseconds } of ours) expect(milliseconds).toBeGreaterThan(0);
  const without = rows.filter(({ milliseconds }) => milliseconds === null);
  for (const { competitor, pass } of without) {
    expect(competitor).toBe('stock tfjs');
    expect(['filter', 'training']).toContain(pass);
  }
}, 300_000);

test('heap: nothing is held longer than a step', () => {
  const { status, stdout, stderr } = bench('heap', '--steps', '200', '--json');
  expect(status, stderr).toBe(0);
  const { rows } = JSON.parse(stdout) as { rows: { tensors: number; takenBytes: number }[] };
  expect(rows).toHaveLength(10);
  expect(new Set(rows.map(({ tensors }) => tensors)).size).toBe(1);
  expect(new Set(rows.map(({ takenBytes }) => takenBytes)).size).toBe(1);
});

test('profile: a flame chart of each, which the developer tools open', () => {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-bench-test-'));
  const { status, stdout, stderr } = bench('profile', '--models', '1', '--steps', '5', '--folder', folder, '--json');
  expect(status, stderr).toBe(0);
  const profiles = JSON.parse(stdout) as { competitor: string; file: string }[];
  expect(profiles.map(({ competitor }) => competitor)).toEqual(['stock tfjs', 'diffeo']);
  for (const { file } of profiles) expect(JSON.parse(readFileSync(file, 'utf8')).nodes.length).toBeGreaterThan(10);
  rmSync(folder, { recursive: true });
});

test('quality: what a flow of the digits reaches within its time, and pictures of it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-bench-test-'));
  const { status, stdout, stderr } = bench(
    'quality',
    ...'--only digits --minutes 0.02 --json --out'.split(' '),
    folder,
  );
  expect(status, stderr).toBe(0);
  const { rows } = JSON.parse(stdout);
  expect(rows.map(({ noise }: { noise: string }) => noise)).toEqual(['variational', 'uniform']);
  for (const { bits, draws, levelBits, gaussian, curve, reconstruction, files } of rows) {
    expect(bits).toBeLessThan(levelBits);
    expect(draws.sixteen).toBeLessThan(draws.one);
    expect(gaussian.preprocessed).toBeLessThan(levelBits);
    expect(curve.length).toBeGreaterThan(1);
    expect(reconstruction).toMatchObject({ images: 180, exact: 1 });
    expect(files).toHaveLength(5);
    for (const file of files) expect(readFileSync(file).length).toBeGreaterThan(100);
  }
  rmSync(folder, { recursive: true });
});

test('profile: of a flow of images too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-bench-test-'));
  const { status, stdout, stderr } = bench(
    'profile',
    ...'--images --models 1 --steps 2 --json --folder'.split(' '),
    folder,
  );
  expect(status, stderr).toBe(0);
  const profiles = JSON.parse(stdout) as { competitor: string; file: string }[];
  expect(profiles.map(({ competitor }) => competitor)).toEqual(['diffeo']);
  for (const { file } of profiles) expect(JSON.parse(readFileSync(file, 'utf8')).nodes.length).toBeGreaterThan(10);
  rmSync(folder, { recursive: true });
});

test('what is asked for wrongly is refused in one line', () => {
  const { status, stdout, stderr } = bench('training', '--rounds', 'many');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toBe("--rounds takes a whole number above 0; got 'many'\n");
});
