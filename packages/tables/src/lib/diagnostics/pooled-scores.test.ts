import { diagonalNormal, flow, mixture } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import { tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { pooledScores } from './pooled-scores.ts';

beforeAll(() => useWasm());

const around = (mean: number, scale: number) =>
  flow({ eventShape: [1], layers: [], base: diagonalNormal({ mean: [mean], scale: [scale] }) });
const log = (x: number, mean: number, scale: number): number =>
  -0.5 * ((x - mean) / scale) ** 2 - Math.log(scale) - 0.5 * Math.log(2 * Math.PI);
const rows = { values: Float32Array.of(0, 5, 9), count: 3, size: 1 };

test('kinds have a vote each, whatever they weigh, and members of one kind a vote together', async () => {
  // Two folds of one kind, and another kind that knows better.
  const model = mixture([around(-1, 1), around(1, 1), around(0, 10)]);
  const params = { ...model.init(1), logits: tensor1d([Math.log(0.01), Math.log(0.01), Math.log(0.98)]) };
  const scores = await pooledScores({ model, params }, rows);
  for (const [row, x] of rows.values.entries()) {
    const folds = Math.log((Math.exp(log(x, -1, 1)) + Math.exp(log(x, 1, 1))) / 2);
    expect(scores[row]).toBeCloseTo((folds + log(x, 0, 10)) / 2, 3);
  }
});

test('of one flow it is the log-density', async () => {
  const model = around(2, 3);
  const scores = await pooledScores({ model, params: model.init(1) }, rows);
  for (const [row, x] of rows.values.entries()) expect(scores[row]).toBeCloseTo(log(x, 2, 3), 4);
});
