import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { flow, randomSource } from '@diffeo/core';
import { testDistribution } from '@diffeo/testing/vitest';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { productKernels } from './product-kernels.ts';

testDistribution(productKernels({ kernels: 3, sets: 2 }));

test.each([
  [5, 4, 'narrow kernels far from the origin keep their digits'],
  [5000, 1000, 'many of many rows are looked at in parts'],
])('%d kernels, %d rows: %s', async (kernels, rows) => {
  const source = randomSource(1);
  const centres = Float32Array.from({ length: 2 * kernels }, () => 5 + source.normal());
  const z = Float32Array.from({ length: 2 * rows }, (_, i) => (centres[i] as number) + 1e-3 * source.normal());
  const [logWidths, weights] = [[-6, 0.2, -6.5, -5].map(Math.fround), [0.25, 0.75]];
  const model = flow({ eventShape: [2], layers: [], base: productKernels({ kernels, sets: 2 }) });
  const base = {
    centres: tensor2d(centres, [kernels, 2]),
    logWidths: tensor2d(logWidths, [2, 2]),
    logits: tensor1d(weights.map((weight) => Math.log(weight) + 3)),
  };
  const scores = await model.logProb({ dequantize: {}, layers: [], base }, tensor2d(z, [rows, 2])).data();
  const exactly = (row: number): number => {
    let density = 0;
    for (let k = 0; k < kernels; k++) {
      for (const [set, weight] of weights.entries()) {
        let log = Math.log(weight / kernels) - Math.log(2 * Math.PI);
        for (const j of [0, 1]) {
          const width = logWidths[2 * set + j] as number;
          const away = (z[2 * row + j] as number) - (centres[2 * k + j] as number);
          log -= width + 0.5 * away ** 2 * Math.exp(-2 * width);
        }
        density += Math.exp(log);
      }
    }
    return Math.log(density);
  };
  const error = Math.max(...scores.map((score, row) => Math.abs(score - exactly(row))));
  expect(error).toBeLessThan(2e-3);
});
