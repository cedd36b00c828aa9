import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { flow, normal, type Shape } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { mlp } from '@diffeo/networks';
import { logAbsDeterminant, randomiseParams } from '@diffeo/testing';
import { testLayer } from '@diffeo/testing/vitest';
import { concat, eye, setBackend, slice, tile, zeros } from '@tensorflow/tfjs-core';
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
