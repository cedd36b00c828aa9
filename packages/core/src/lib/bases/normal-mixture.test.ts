import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { flow } from '../flow/flow.ts';
import { normalMixture } from './normal-mixture.ts';

test('a mixture of one component samples', () => {
  const model = flow({ eventShape: [2], layers: [], base: normalMixture({ components: 1 }) });
  const samples = model.sample(model.init(1), { count: 200, seed: 2 });
  expect(samples.shape).toEqual([200, 2]);
  expect([...samples.dataSync()].every(Number.isFinite)).toBe(true);
});
