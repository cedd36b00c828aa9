import { type DiffeoError, flow, normal } from '@diffeo/core';
import { standardise } from '@diffeo/datasets';
import { add, matMul, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { useWasm } from './backend.ts';
import { gaussianBaseline } from './gaussian-baseline.ts';

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
  const found = await gaussianBaseline(plain, plain.init(1), { train, heldOut });
  expect(Math.abs(found - entropy)).toBeLessThan(0.02);
});

test('it is in the units of the data, whatever the preprocessing', async () => {
  const [train, heldOut] = [correlated(500, 1), correlated(500, 2)];
  const front = flow({ eventShape: [2], layers: [standardise()] });
  const inside = await gaussianBaseline(front, front.start(front.init(1), train), { train, heldOut });
  expect(inside).toBeCloseTo(await gaussianBaseline(plain, plain.init(1), { train, heldOut }), 4);
});

test.each([
  ['a column twice', [1, 1]],
  ['a constant column', [1, 0]],
])('%s has no density and is refused', async (_, factors) => {
  const column = normal([100, 1], 1);
  const train = matMul(column as never, tensor2d([factors]));
  const error = await gaussianBaseline(plain, plain.init(1), { train, heldOut: train }).catch((e: DiffeoError) => e);
  expect(error).toMatchObject({ code: 'DATA', message: expect.stringContaining('column 2') });
});
