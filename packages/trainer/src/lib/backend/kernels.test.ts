import { disposeParams, flow } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { expect, test } from 'vitest';
import { fit } from '../fit/fit.ts';
import { score } from '../scores/score.ts';
import { useWasm } from './backend.ts';

const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 4, hidden: [32, 32] })] });

/** The losses of a run, and the mean negative log-likelihood of points that it never saw, nats. */
async function trained() {
  const [train, heldOut] = [toTensor(twoMoons().sample(4000, 1)), toTensor(twoMoons().sample(4000, 2))];
  const losses: number[] = [];
  const { params } = await fit(model, train, {
    // Without validation: which step is the best depends on rounding.
    ...{ steps: 300, learningRate: 5e-3, seed: 1, validation: 0 },
    onProgress: ({ loss }) => losses.push(loss),
  });
  const scores = await score(model, params, heldOut);
  disposeParams(model.layout, params);
  for (const tensor of [train, heldOut]) tensor.dispose();
  return { losses, nll: -scores.reduce((sum, value) => sum + value, 0) / scores.length };
}

test('a seed trains to the same held-out likelihood with the kernels and without', async () => {
  expect(await useWasm({ kernels: false })).toBeNull();
  const without = await trained();
  expect(await useWasm()).toMatchObject({ reason: null });
  const { losses, nll } = await trained();
  expect(nll).toBeLessThan(1.5);
  expect(losses).toHaveLength(300);
  // Rounding differs from the first step on: the losses do not stay the same to the bit.
  expect(losses).not.toEqual(without.losses);
  for (const [i, loss] of losses.slice(0, 10).entries()) {
    const expected = without.losses[i] as number;
    expect(Math.abs(loss - expected)).toBeLessThan(1e-4 * Math.abs(expected));
  }
  // By the end rounding has led the two runs apart, as another seed would.
  expect(Math.abs(nll - without.nll)).toBeLessThan(0.05);
});
