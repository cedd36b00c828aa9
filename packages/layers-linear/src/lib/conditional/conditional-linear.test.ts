import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { flow, normal, type Shape } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { mlp } from '@diffeo/networks';
import { logAbsDeterminant, randomiseParams } from '@diffeo/testing';
import { testLayer } from '@diffeo/testing/vitest';
import { concat, eye, setBackend, slice, tensor1d, tensor2d, tile, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { conditionalInFloat64 } from '../../../test/conditional-in-float64.ts';
import { conditionalLinear } from './conditional-linear.ts';

const conditioner = mlp({ hidden: [8], activation: 'tanh', outputScale: 1 });
const kinds = ['lu', 'lower', 'upper', 'low-rank'] as const;
const rankOf = (matrix: (typeof kinds)[number]) => (matrix === 'low-rank' ? { rank: 2 } : {});

for (const matrix of kinds) {
  // Of its own numbers alone, beside float64.
  testLayer(conditionalLinear({ matrix, ...rankOf(matrix) }), {
    ...{ eventShapes: [[1], [4]], contextShapes: [null], backends: ['wasm'], trainingSteps: 10 },
    capabilities: { constantLogDet: true, ...(matrix !== 'low-rank' && { identityAtStart: 0 }) },
    reference: { inverse: conditionalInFloat64(matrix, 2) },
  });
  testLayer(conditionalLinear({ matrix, ...rankOf(matrix), conditioner }), {
    ...{ eventShapes: [[3]], contextShapes: [[2]], backends: ['wasm'], trainingSteps: 10 },
    capabilities: { usesContext: true, contextReachesAll: true },
  });
}

const images: readonly Shape[] = [[2, 1, 3]];
testLayer(conditionalLinear({ conditioner }), {
  ...{ eventShapes: images, contextShapes: [null, [2]], backends: ['cpu', 'wasm'], trainingSteps: 10 },
  capabilities: { usesContext: true, contextReachesAll: true },
});

test.each(kinds)('%s: each row has a matrix of its own, by its context', async (matrix) => {
  await setBackend('wasm');
  tidied(() => {
    const size = 12;
    const layers = [conditionalLinear({ matrix, ...rankOf(matrix), conditioner })];
    const model = flow({ eventShape: [size], contextShape: [3], layers });
    const params = randomiseParams(model.layout, model.init(1), 2, 0.1);
    const contexts = normal([2, 3], 3);
    const found = [0, 1].map((row) => {
      // The images of 0 and of the unit vectors, all with the context of one row.
      const context = tile(slice(contexts, [row, 0], [1, 3]), [size + 1, 1]);
      const points = concat([zeros([1, size]), eye(size)], 0);
      const { value, logDet } = model.bijector.inverse(params.layers, points, { context });
      const numbers = Float64Array.from(value.dataSync());
      const columns = numbers.subarray(size).map((number, k) => number - (numbers[k % size] as number));
      expect(logDet.dataSync()[0]).toBeCloseTo(logAbsDeterminant(columns, size), 4);
      return { context, numbers };
    });
    expect([...(found[0]?.numbers ?? [])]).not.toEqual([...(found[1]?.numbers ?? [])]);
  });
});

/** Two Gaussians, for the contexts 0 and 1: means, deviations and the correlation. */
const gaussians = [
  { mean: [1, -2], deviation: [0.5, 2], correlation: 0.8 },
  { mean: [-3, 0.5], deviation: [2, 0.25], correlation: -0.6 },
] as const;
type Gaussian = (typeof gaussians)[number];

/** The raw numbers of a lower triangle and the bias that make a Gaussian of the standard normal; 5 is the default bound. */
function rawOf({ mean: [m0, m1], deviation: [s0, s1], correlation }: Gaussian): number[] {
  const rest = Math.sqrt(1 - correlation ** 2);
  const [w00, w10, w11] = [1 / s0, -correlation / (s0 * rest), 1 / (s1 * rest)];
  const [d0, d1] = [w00, w11].map((scale) => 5 * Math.atanh(Math.log(scale) / 5)) as [number, number];
  return [d0, 0, w10, d1, -w00 * m0, -w10 * m0 - w11 * m1];
}

test('a lower triangle is the conditional Gaussian of known mean and covariance', async () => {
  await setBackend('wasm');
  tidied(() => {
    const layers = [conditionalLinear({ matrix: 'lower', conditioner: mlp({ hidden: [] }) })];
    const model = flow({ eventShape: [2], contextShape: [1], layers });
    const [first, second] = gaussians.map(rawOf) as [number[], number[]];
    const weight = tensor2d([second.map((value, i) => value - (first[i] as number))]);
    const byContext = { network: [{ weight, bias: zeros([6]) }] };
    const params = { ...model.init(1), layers: [{ own: tensor1d(first), byContext }] };
    const points = normal([20, 2], 2);
    const numbers = [...points.dataSync()];
    for (const [i, { mean, deviation, correlation }] of gaussians.entries()) {
      const context = tensor2d(Array(20).fill(i), [20, 1]);
      const rest = Math.sqrt(1 - correlation ** 2);
      const logProb = model.logProb(params, points, { context }).dataSync();
      const drawn = model.toData(params, points, { context }).dataSync();
      for (let row = 0; row < 20; row++) {
        const [a, b] = numbers.slice(2 * row, 2 * row + 2) as [number, number];
        const [u, v] = [(a - mean[0]) / deviation[0], (b - mean[1]) / deviation[1]];
        const exponent = (u * u - 2 * correlation * u * v + v * v) / (2 * rest * rest);
        const expected = -Math.log(2 * Math.PI * deviation[0] * deviation[1] * rest) - exponent;
        expect(Math.abs((logProb[row] as number) - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(1e-5);
        // Cholesky's factor of the covariance times the point of the base, plus the mean.
        expect(drawn[2 * row]).toBeCloseTo(mean[0] + deviation[0] * a, 4);
        expect(drawn[2 * row + 1]).toBeCloseTo(mean[1] + deviation[1] * (correlation * a + rest * b), 4);
      }
    }
  });
});
