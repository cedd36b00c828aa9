import { type DiffeoError, flow, normal } from '@diffeo/core';
import { standardise } from '@diffeo/layers-elementwise';
import { add, concat, matMul, mul, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { gaussianBaseline } from './gaussian-baseline.ts';
import { rowStatistics } from './row-statistics.ts';

beforeAll(() => useWasm());

const plain = flow({ eventShape: [2], layers: [] });
/** Rows of a normal with mean (10, −5) and a correlation of 0.8. */
const correlated = (count: number, seed: number): Tensor =>
  add(
    matMul(
      normal([count, 2], seed) as never,
      tensor2d([
        [2, 2.4],
        [0, 1.8],
      ]),
    ),
    tensor2d([[10, -5]]),
  );

test('on normal data the baseline is their entropy, correlation and all', async () => {
  const [train, heldOut] = [correlated(20_000, 1), correlated(20_000, 2)];
  const entropy = Math.log(2 * Math.PI * Math.E) + Math.log(2 * 1.8);
  const { nll, scores } = await gaussianBaseline(plain, plain.init(1), { train, heldOut });
  expect(Math.abs(nll - entropy)).toBeLessThan(0.02);
  expect(scores).toHaveLength(20_000);
  expect(nll).toBe(-rowStatistics(scores).mean);
});

test('it is in the units of the data, whatever the preprocessing', async () => {
  const [train, heldOut] = [correlated(500, 1), correlated(500, 2)];
  const front = flow({ eventShape: [2], layers: [standardise()] });
  const inside = await gaussianBaseline(front, await front.start(front.init(1), train), { train, heldOut });
  const outside = await gaussianBaseline(plain, plain.init(1), { train, heldOut });
  expect(inside.nll).toBeCloseTo(outside.nll, 4);
  for (const [row, score] of inside.scores.entries()) expect(score).toBeCloseTo(outside.scores[row] as number, 3);
});

test.each([
  ['a column twice', [1, 1]],
  ['a constant column', [1, 0]],
])('%s has no density and is refused', async (_, factors) => {
  const column = normal([100, 1], 1);
  const train = matMul(column as never, tensor2d([factors]));
  const error = await gaussianBaseline(plain, plain.init(1), { train, heldOut: train }).catch((e: DiffeoError) => e);
  expect(error).toMatchObject({ code: 'DATA', message: expect.stringContaining('column 1') });
  expect((error as DiffeoError).cause).toEqual({ columns: [1] });
});

const wide = flow({ eventShape: [5], layers: [] });
/** Rows of five columns: price, price with tax, count, a constant, and the first two of them together. */
const sales = (): Tensor =>
  add(
    matMul(
      normal([100, 2], 1) as never,
      tensor2d([
        [1, 1.2, 0, 0, 2.2],
        [0, 0, 1, 0, 0],
      ]),
    ),
    tensor2d([[10, 12, 5, 3, 22]]),
  );

test('all columns without a density are named at once', async () => {
  const train = sales();
  const refused = (columns?: readonly string[]) =>
    gaussianBaseline(wide, wide.init(1), { train, heldOut: train, ...(columns && { columns }) }).catch(
      (e: DiffeoError) => e,
    );
  expect(await refused()).toMatchObject({
    message: expect.stringMatching(/^columns 1, 3, 4 are .*counted from 0\.$/),
    cause: { columns: [1, 3, 4] },
  });
  const names = ['net', 'gross', 'count', 'shop', 'sum'];
  expect(await refused(names)).toMatchObject({ message: expect.stringMatching(/^columns 'gross', 'shop', 'sum' are/) });
});

test('columns that are nearly collinear have a density', async () => {
  const [a, b] = [normal([2000, 1], 1), normal([2000, 1], 2)];
  const train = concat([a, add(a, mul(b, 1e-3))], 1);
  const { nll } = await gaussianBaseline(plain, plain.init(1), { train, heldOut: train });
  expect(Math.abs(nll - (Math.log(2 * Math.PI * Math.E) + Math.log(1e-3)))).toBeLessThan(0.1);
});
