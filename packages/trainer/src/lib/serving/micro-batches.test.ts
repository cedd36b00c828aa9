import { type DiffeoError, flow, normal } from '@diffeo/core';
import { uniformDequantize } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { microBatches } from './micro-batches.ts';

await useWasm();
const model = flow({ eventShape: [2], layers: realNVP({ layers: 2, hidden: [8] }) });
const params = model.init(1);
const x = normal([300, 2], 2);
const rows = x.dataSync() as Float32Array;
const row = (i: number) => rows.subarray(2 * i, 2 * i + 2);
const expected = model.logProb(params, x).dataSync() as Float32Array;
const failure = (run: Promise<unknown>): Promise<DiffeoError> =>
  run.then(
    () => expect.fail('answered'),
    (error) => error,
  );

/** The model, and how many rows each of its calls was given. */
function counted() {
  const sizes: number[] = [];
  const logProb: typeof model.logProb = (given, points, options) => {
    sizes.push(points.shape[0] as number);
    return model.logProb(given, points, options);
  };
  return { sizes, model: { ...model, logProb } };
}

test('requests that come together go through the model together, and each gets its own rows back', async () => {
  const { sizes, model: seen } = counted();
  const batches = microBatches(seen, params, { maxRows: 64 });
  const before = memory().numTensors;
  const requests = [1, 3, 20, 30, 50, 100, 2].map((count, i) => ({ begin: 40 * i, count }));
  const answers = await Promise.all(
    requests.map(({ begin, count }) => batches.logProb(rows.slice(2 * begin, 2 * (begin + count)))),
  );
  for (const [i, { begin, count }] of requests.entries()) {
    expect(answers[i]).toHaveLength(count);
    for (const [j, value] of (answers[i] as Float32Array).entries())
      expect(value).toBeCloseTo(expected[begin + j] as number, 4);
  }
  // 1 + 3 + 20 + 30, 50, 100 alone, 2: filled up to powers of two.
  expect(sizes).toEqual([64, 64, 128, 2]);
  expect(memory().numTensors).toBe(before);
  batches.close();
});

test('requests in turn are answered at once, and those that came meanwhile next', async () => {
  const { sizes, model: seen } = counted();
  const batches = microBatches(seen, params);
  expect((await batches.logProb(row(0)))[0]).toBeCloseTo(expected[0] as number, 5);
  const first = batches.logProb(row(1)).then(() => batches.logProb(row(2)));
  expect((await first)[0]).toBeCloseTo(expected[2] as number, 5);
  expect(sizes).toEqual([1, 1, 1]);
  batches.close();
});

test('what cannot be meant is refused alone', async () => {
  const batches = microBatches(model, params);
  const [short, none, nan, context, good] = await Promise.all([
    failure(batches.logProb([1])),
    failure(batches.logProb([])),
    failure(batches.logProb([1, null as never])),
    failure(batches.logProb([1, 2], [3])),
    batches.logProb(row(5)),
  ]);
  expect([short, none, nan, context].map(({ code }) => code)).toEqual(['SHAPE', 'SHAPE', 'NOT_FINITE', 'CONTEXT']);
  expect(good[0]).toBeCloseTo(expected[5] as number, 5);
  const last = batches.logProb(row(6));
  batches.close();
  expect((await last)[0]).toBeCloseTo(expected[6] as number, 5);
  expect(await failure(batches.logProb(row(6)))).toMatchObject({ code: 'CONFIG' });
  const discrete = flow({ eventShape: [2], dequantize: uniformDequantize({ bins: 4 }), layers: [] });
  expect(() => microBatches(discrete, discrete.init(1))).toThrow(/depend on noise/);
});

test('contexts go with their rows, one for all or one for each', async () => {
  const conditional = flow({ eventShape: [2], contextShape: [1], layers: realNVP({ layers: 2, hidden: [8] }) });
  const own = conditional.init(3);
  const context = normal([2, 1], 4);
  const [a, b] = context.dataSync() as Float32Array;
  const batches = microBatches(conditional, own);
  const [each, all] = await Promise.all([
    batches.logProb(rows.subarray(0, 4), [a as number, b as number]),
    batches.logProb(rows.subarray(0, 4), [b as number]),
  ]);
  expect(each[0]).not.toBeCloseTo(all[0] as number, 5);
  expect(each[1]).toBeCloseTo(all[1] as number, 5);
  expect(each).toHaveLength(2);
  batches.close();
});
