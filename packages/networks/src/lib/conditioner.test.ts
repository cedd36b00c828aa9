import '@tensorflow/tfjs-backend-cpu';
import { defineLayer, defineNetwork, flow, leaf, type Shape, type Spec } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { installMatchers } from '@diffeo/testing/vitest';
import { mul, ones, setBackend, sum, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildConditioner, type Conditioner } from './conditioner.ts';
import { mlp } from './mlp.ts';

installMatchers();

/** A network that is not a stack: x · weight, and `seen` once for each run. */
let seen = 0;
const scaling = defineNetwork({
  type: 'test/scaling',
  version: 1,
  schema: strictObject({}),
  build: () => (inputShape, outputShape) => ({
    ...{ inputShape, outputShape, contextShape: null },
    layout: { weight: leaf(outputShape), fixed: leaf(outputShape, { trainable: false }) },
    init: () => ({ weight: ones([...outputShape]), fixed: zeros([...outputShape]) }),
    apply: ({ weight }, x) => {
      seen++;
      return mul(x, weight);
    },
  }),
});

function conditionerOf(spec: Spec<'network'>, inputs: Shape, outputs: Shape, contextShape: Shape | null): Conditioner {
  let made: Conditioner | null = null;
  const holder = defineLayer({
    type: 'test/holder',
    version: 1,
    schema: strictObject({}),
    build: (_, site) => {
      const conditioner = buildConditioner(spec, site, inputs, outputs);
      made = conditioner;
      const { layout, init } = conditioner;
      const same = (value: ReturnType<typeof ones>) => ({ value, logDet: zeros([value.shape[0] as number]) });
      return {
        ...{ eventShape: [1], baseShape: [1], contextShape: conditioner.contextShape, layout, init },
        forward: (_params, z) => same(z),
        inverse: (_params, x) => same(x),
      };
    },
  });
  flow({ eventShape: [1], contextShape, layers: [holder()] });
  return made as unknown as Conditioner;
}

describe('a conditioner', () => {
  beforeAll(async () => {
    await setBackend('cpu');
    registerGradients();
  });

  test('is a learned constant where there is nothing to condition on', () => {
    tidied(() => {
      const { init, apply, trainable, contextShape, stack } = conditionerOf(mlp(), [0], [2], null);
      const params = { ...init(1), constant: tensor1d([3, 4]) };
      expect(apply(params, zeros([3, 0]), {})).toBeCloseToTensor([3, 4, 3, 4, 3, 4], 0);
      expect(trainable(params)).toEqual([params.constant]);
      expect([contextShape, stack]).toEqual([null, null]);
    });
  });

  test('is the network where there is a context, and says what stack that is', () => {
    const { contextShape, stack } = conditionerOf(mlp({ hidden: [5], activation: 'tanh' }), [0], [2], [3]);
    expect(contextShape).toEqual([3]);
    expect(stack).toMatchObject({ kind: 'dense', activation: 'tanh', residual: false });
  });

  test('with checkpoint the network runs again for its gradient, and only what is trainable has one', () => {
    tidied(() => {
      const { init, apply, trainable, stack } = conditionerOf(scaling(), [2], [2], null);
      expect(stack).toBe(null);
      const params = init(1);
      const x = tensor2d([[1, 2]]);
      const gradientOf = (gradient: 'store' | 'checkpoint') => {
        seen = 0;
        const { grads } = differentiate(() => sum(apply(params, x, { gradient })), trainable(params));
        return [seen, ...grads.map((found) => [...(found?.dataSync() ?? [])])];
      };
      expect(gradientOf('store')).toEqual([1, [1, 2]]);
      expect(gradientOf('checkpoint')).toEqual([2, [1, 2]]);
    });
  });
});
