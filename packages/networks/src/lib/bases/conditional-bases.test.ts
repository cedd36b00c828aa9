import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { flow } from '@diffeo/core';
import type { RowFunction } from '@diffeo/testing';
import { testDistribution } from '@diffeo/testing/vitest';
import { setBackend, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { mlp } from '../mlp.ts';
import { conditionalMixture } from './conditional-mixture.ts';
import { conditionalNormal } from './conditional-normal.ts';

/** A linear map of the context, in float64. */
function rawOf(params: ReadonlyMap<string, Float64Array>, context: Float64Array | null): number[] {
  const [weight, bias] = [params.get('network.0.weight'), params.get('network.0.bias')] as [Float64Array, Float64Array];
  return Array.from(bias, (b, j) =>
    [...(context ?? [])].reduce((sum, c, i) => sum + c * (weight[i * bias.length + j] as number), b),
  );
}
const logNormal = (x: number, mean: number, raw: number): number => {
  const logScale = 5 * Math.tanh(raw / 5);
  return -0.5 * ((x - mean) / Math.exp(logScale)) ** 2 - logScale - 0.5 * Math.log(2 * Math.PI);
};
const normalInFloat64: RowFunction<number> = (point, params, context) => {
  const raw = rawOf(params, context);
  return point.reduce((sum, x, i) => sum + logNormal(x, raw[i] as number, raw[point.length + i] as number), 0);
};
const mixtureInFloat64: RowFunction<number> = (point, params, context) => {
  const [raw, means, size] = [rawOf(params, context), params.get('means') as Float64Array, point.length];
  const logits = raw.slice(2 * means.length);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  const densities = logits.map((logit, k) => {
    const at = (i: number): number => k * size + i;
    const logs = [...point].map((x, i) =>
      logNormal(x, (raw[at(i)] as number) + (means[at(i)] as number), raw[means.length + at(i)] as number),
    );
    return (Math.exp(logit) / total) * Math.exp(logs.reduce((sum, log) => sum + log, 0));
  });
  return Math.log(densities.reduce((sum, density) => sum + density, 0));
};

const conditioner = mlp({ hidden: [], outputScale: 1 });
const options = {
  eventShapes: [[2]],
  contextShapes: [[2]],
  backends: ['wasm'],
  capabilities: { usesContext: true },
} as const;
testDistribution(conditionalNormal({ conditioner }), { ...options, reference: { logProb: normalInFloat64 } });
testDistribution(conditionalMixture({ conditioner, components: 3 }), {
  ...options,
  reference: { logProb: mixtureInFloat64 },
});

test('without a context the parts are learned constants, and a flow starts near the standard normal', async () => {
  await setBackend('wasm');
  const model = flow({ eventShape: [1], layers: [], base: conditionalNormal() });
  const [score] = model.logProb(model.init(1), tensor2d([[0.5]])).dataSync();
  expect(score).toBeCloseTo(-0.125 - 0.5 * Math.log(2 * Math.PI), 5);
});
