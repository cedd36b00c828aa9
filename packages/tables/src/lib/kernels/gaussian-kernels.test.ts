import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { flow, randomSource } from '@diffeo/core';
import { testDistribution } from '@diffeo/testing/vitest';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { gaussianKernels } from './gaussian-kernels.ts';

testDistribution(gaussianKernels({ kernels: 3 }));

/** log mean N(z; cₖ, hₖ²·I) in float64. */
function exactly(z: readonly number[], centres: ArrayLike<number>, logWidths: ArrayLike<number>): number {
  const logs = Array.from(logWidths, (log, k) => {
    const distance = z.reduce((sum, value, j) => sum + (value - (centres[k * z.length + j] as number)) ** 2, 0);
    return -0.5 * distance * Math.exp(-2 * log) - z.length * (log + 0.5 * Math.log(2 * Math.PI));
  });
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length);
}

test.each([
  [5, 4, 'narrow kernels far from the origin keep their digits'],
  [5000, 1000, 'many of many rows are looked at in parts'],
])('%d kernels, %d rows: %s', async (kernels, rows) => {
  const source = randomSource(1);
  const centres = Float32Array.from({ length: 2 * kernels }, () => 5 + source.normal());
  const logWidths = Float32Array.from({ length: kernels }, () => Math.log(1e-3) + source.uniform());
  const z = Float32Array.from({ length: 2 * rows }, (_, i) => (centres[i] as number) + 1e-3 * source.normal());
  const model = flow({ eventShape: [2], layers: [], base: gaussianKernels({ kernels }) });
  const base = { centres: tensor2d(centres, [kernels, 2]), logWidths: tensor1d(logWidths) };
  const scores = await model.logProb({ dequantize: {}, layers: [], base }, tensor2d(z, [rows, 2])).data();
  const wanted = Array.from(scores, (_, row) =>
    exactly([z[2 * row] as number, z[2 * row + 1] as number], centres, logWidths),
  );
  const error = Math.max(...scores.map((score, row) => Math.abs(score - (wanted[row] as number))));
  expect(error).toBeLessThan(2e-3);
});
