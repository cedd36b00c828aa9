import { flow, leaves, randomSource } from '@diffeo/core';
import { gaussianise, whiten } from '@diffeo/layers-elementwise';
import { useWasm } from '@diffeo/trainer';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { type TableRows, tensorOf } from '../table-rows.ts';
import { behindFront, startRows } from './front.ts';

beforeAll(() => useWasm());

const source = randomSource(2);
const rows: TableRows = {
  values: Float32Array.from({ length: 120 }, (_, i) => Math.exp(source.normal()) * (1 + (i % 2))),
  count: 60,
  size: 2,
};

test('what starts behind columns made normal is what the two layers give that start together', async () => {
  const front = await startRows(rows).front('copula');
  const model = flow({ eventShape: [2], layers: [gaussianise(), whiten()] });
  const started = await model.start(model.init(0), tensorOf(rows));
  const together = model.toBase(started, tensorOf(rows)).value.dataSync();
  for (const [i, value] of front.through(rows).dataSync().entries()) {
    expect(value).toBeCloseTo(together[i] as number, 5);
  }
});

test('each start is made once, members own their parameters, and all of it is given back', async () => {
  const before = memory().numTensors;
  const started = startRows(rows);
  expect(await started.front('columns')).toBe(await started.front('columns'));
  await started.front('copula');
  const held = memory().numTensors;
  const member = behindFront(await started.front('copula'), 2, { params: { layers: [], base: {} } });
  expect(memory().numTensors).toBeGreaterThan(held);
  await started.dispose();
  const scores = member.model.logProb(member.params, tensorOf(rows)).dataSync();
  expect(scores.every(Number.isFinite)).toBe(true);
  // What the member owns, the rows and their scores.
  const owned = leaves(member.model.layout, member.params).length;
  expect(memory().numTensors - before).toBe(owned + 2);
});
