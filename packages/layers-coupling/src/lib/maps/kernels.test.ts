import '@tensorflow/tfjs-backend-wasm';
import { flow, normal } from '@diffeo/core';
import { installKernels } from '@diffeo/kernels-wasm';
import { mlp } from '@diffeo/networks';
import { randomiseParams } from '@diffeo/testing';
import { testLayer } from '@diffeo/testing/vitest';
import { setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { additiveCoupling } from '../additive-coupling.ts';
import { affineCoupling } from '../affine-coupling.ts';
import { realNVP } from '../presets/real-nvp.ts';

await setBackend('wasm');
const installed = await installKernels();

test('the kernels are there', () => expect(installed.reason).toBeNull());

const options = { eventShapes: [[1], [2], [5]], backends: ['wasm'], trainingSteps: 50 };
testLayer(
  affineCoupling({ mask: { random: 3 }, conditioner: mlp({ hidden: [8, 8], activation: 'elu', residual: true }) }),
  {
    ...options,
    capabilities: { usesContext: true },
  },
);
testLayer(additiveCoupling({ conditioner: mlp({ hidden: [8] }) }), {
  ...options,
  capabilities: { usesContext: true, constantLogDet: true },
});

test.each(['halves', 'alternating', 'random'] as const)(
  'with mask %s a flow is the same without them',
  async (mask) => {
    const model = flow({ eventShape: [5], contextShape: [2], layers: realNVP({ layers: 4, hidden: [16, 16], mask }) });
    const params = randomiseParams(model.layout, model.init(1), 4, 0.1);
    const [x, context] = [normal([64, 5], 2), normal([64, 2], 3)];
    const numbers = (tensor: Tensor) => [...tensor.dataSync()];
    const run = () => [numbers(model.logProb(params, x, { context })), numbers(model.toData(params, x, { context }))];
    const fast = run();
    (await installKernels()).uninstall();
    const slow = run();
    await installKernels();
    for (const [i, expected] of slow.entries()) {
      for (const [j, value] of expected.entries()) expect(fast[i]?.[j]).toBeCloseTo(value, 4);
    }
  },
);
