import '@tensorflow/tfjs-backend-wasm';
import { flow, normal } from '@diffeo/core';
import { installKernels } from '@diffeo/kernels-wasm';
import { type LayerOptions, randomiseParams } from '@diffeo/testing';
import { testLayer } from '@diffeo/testing/vitest';
import { setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { type ImageCouplingOptions, imageCoupling } from '../image-coupling.ts';

await setBackend('wasm');
const installed = await installKernels();

test('the kernels are there', () => expect(installed.reason).toBeNull());

const options: LayerOptions = {
  backends: ['wasm'],
  trainingSteps: 20,
  contextShapes: [null],
  capabilities: { usesContext: true },
};

const couplings: readonly (readonly [ImageCouplingOptions, LayerOptions])[] = [
  // A vector stands beside every pixel, and an image of twice the sides gives every pixel its block.
  [{ width: 32 }, { eventShapes: [[4, 4, 4]], contextShapes: [null, [3], [8, 8, 1]] }],
  [{ width: 32, swap: true }, { eventShapes: [[6, 5, 3]] }],
  [{ width: 32 }, { eventShapes: [[8, 8, 2]] }],
  [
    { width: 32, activation: 'elu', residual: true },
    { eventShapes: [[5, 3, 3]], contextShapes: [null, [2]] },
  ],
  [
    { width: 33, weightNormalised: true },
    { eventShapes: [[3, 7, 2]], contextShapes: [null, [3, 7, 2]] },
  ],
  [{ width: 8, kernelSizes: [5, 3], activation: 'tanh' }, { eventShapes: [[1, 5, 4]] }],
  [
    { width: 32, mask: 'checkerboard' },
    { eventShapes: [[4, 4, 2]], contextShapes: [null, [2]] },
  ],
  [{ width: 32, mask: 'checkerboard', swap: true, weightNormalised: true }, { eventShapes: [[5, 3, 1]] }],
  [
    { width: 32, transform: 'additive' },
    { eventShapes: [[4, 3, 3]], capabilities: { usesContext: true, constantLogDet: true } },
  ],
];

for (const [coupling, own] of couplings) testLayer(imageCoupling(coupling), { ...options, ...own });

test.each(couplings)('%j is the same without them', async (coupling, { eventShapes, contextShapes }) => {
  const eventShape = eventShapes?.[0] as readonly number[];
  const contextShape = contextShapes?.at(-1) ?? null;
  const layers = [imageCoupling(coupling), imageCoupling({ ...coupling, swap: !coupling.swap })];
  const model = flow({ eventShape, layers, ...(contextShape && { contextShape }) });
  const params = randomiseParams(model.layout, model.init(1), 4);
  const x = normal([9, ...eventShape], 2);
  const call = contextShape ? { context: normal([9, ...contextShape], 3) } : {};
  const numbers = (tensor: Tensor) => [...tensor.dataSync()];
  const run = () => [numbers(model.logProb(params, x, call)), numbers(model.toData(params, x, call))];
  const fast = run();
  (await installKernels()).uninstall();
  const slow = run();
  await installKernels();
  for (const [i, expected] of slow.entries()) {
    for (const [j, value] of expected.entries()) expect(fast[i]?.[j]).toBeCloseTo(value, 3);
  }
});
