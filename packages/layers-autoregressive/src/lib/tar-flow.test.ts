import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { type FlowParams, flow, load, normal, save } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { causalAttention } from '@diffeo/networks';
import { affine } from '@diffeo/ops';
import { randomiseParams } from '@diffeo/testing';
import { installMatchers, testLayer } from '@diffeo/testing/vitest';
import { memory, mul, setBackend, slice, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { autoregressive } from './autoregressive.ts';
import { autoregressiveDefinitions } from './autoregressive-definitions.ts';
import { tarFlow } from './tar-flow.ts';

installMatchers();

const layer = (config: object) =>
  autoregressive({ transform: affine(), conditioner: causalAttention({ width: 4, heads: 2, ...config }) });
// Found patch by patch, so within what two ways through a transformer round.
const iterates = { direction: 'forward', tolerance: 2e-6 } as const;
const capabilities = { usesContext: true, contextReachesAll: true, identityAtStart: 0, iterates } as const;
testLayer(layer({}), {
  ...{ eventShapes: [[3]], trainingSteps: 20 },
  capabilities: { ...capabilities, jacobian: 'lower-triangular' },
});
testLayer(layer({ patch: 2, reverse: true }), {
  ...{ eventShapes: [[2, 1, 2]], contextShapes: [[2]], trainingSteps: 20, backends: ['wasm'] },
  capabilities: { ...capabilities, jacobian: 'upper-triangular' },
});

describe('tarFlow', () => {
  beforeAll(() => setBackend('wasm'));
  const options = { layers: 3, patch: 4, width: 8 } as const;
  const made = flow({ eventShape: [3, 2, 4], contextShape: [5], layers: tarFlow(options) });
  let classes: Tensor;
  beforeAll(() => {
    classes = tensor([
      [1, 0, 0, 0, 0],
      [0, 0, 1, 0, 0],
    ]);
  });

  test('is exact in both directions, saved and loaded, and leaves nothing behind', async () => {
    const moved = randomiseParams(made.layout, made.init(1), 2, 0.3) as FlowParams;
    const { model, params } = load(await save(made, moved), { definitions: autoregressiveDefinitions });
    const before = memory().numTensors;
    tidied(() => {
      const z = normal([2, 3, 2, 4], 3);
      const x = model.toData(params, z, { context: classes });
      expect(model.toBase(params, x, { context: classes }).value).toBeCloseToTensor(z, 2e-5);
      // Rows alone.
      const one = model.toData(params, slice(z, [1, 0, 0, 0], [1, 3, 2, 4]), {
        context: slice(classes, [1, 0], [1, 5]),
      });
      expect(one).toBeCloseToTensor(slice(x, [1, 0, 0, 0], [1, 3, 2, 4]), 1e-6);
    });
    expect(memory().numTensors).toBe(before);
  });

  test('guided by the same parameters it is another flow, as exact, and the same at 0', () => {
    tidied(() => {
      const params = randomiseParams(made.layout, made.init(1), 2, 0.3) as FlowParams;
      const guided = (guidance: number) =>
        flow({ eventShape: [3, 2, 4], contextShape: [5], layers: tarFlow({ ...options, guidance }) });
      const call = { context: classes };
      const x = normal([2, 3, 2, 4], 3);
      expect(guided(0).logProb(params, x, call)).toBeCloseToTensor(made.logProb(params, x, call), 0);
      expect(guided(2).logProb(params, x, call)).not.toBeCloseToTensor(made.logProb(params, x, call), 1e-2);
      const { value } = guided(2).toBase(params, x, call);
      expect(guided(2).toData(params, value, call)).toBeCloseToTensor(x, 2e-5);
      expect(guided(2).toData(params, mul(value, 1), call)).not.toBeCloseToTensor(
        made.toData(params, value, call),
        1e-2,
      );
    });
  });

  test('refuses what cannot be meant', () => {
    expect(() => tarFlow({ patches: 4 } as never)).toThrow(
      /tarFlow: there is no option 'patches'; did you mean 'patch'/,
    );
    expect(() => tarFlow({ guidance: -1 })).toThrow(/guidance/);
    expect(() => flow({ eventShape: [6], layers: tarFlow({ patch: 4 }) })).toThrow(
      /patches of 4 numbers must divide the 6/,
    );
  });
});
