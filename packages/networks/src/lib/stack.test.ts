import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { normal, type Shape, type Spec, type Stack } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { convStack, denseStack, isActivation } from '@diffeo/ops';
import { randomiseParams } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import { concat, reshape, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildNetwork } from '../../test/build-network.ts';
import { convolutional } from './convolutional.ts';
import { mlp } from './mlp.ts';

installMatchers();

const image = { width: 4, kernelSizes: [3, 1] } as const;
const cases: readonly (readonly [string, Spec<'network'>, Shape, Shape, Shape | null])[] = [
  ['an mlp', mlp({ hidden: [5, 5], activation: 'elu', residual: true }), [3], [4], null],
  ['an mlp of images with a context', mlp({ hidden: [5] }), [2, 2, 1], [2, 3], [2, 2]],
  ['convolutions', convolutional({ ...image, kernelSizes: [3, 1], activation: 'tanh' }), [3, 2, 2], [3, 2, 4], null],
  ['normalised convolutions', convolutional({ width: 4, weightNormalised: true }), [3, 2, 2], [3, 2, 4], [3]],
  ['convolutions with an image', convolutional({ width: 4, residual: true }), [2, 2, 1], [2, 2, 3], [4, 4, 1]],
];

/** What the stack says of itself, run. */
function run(stack: Stack, params: unknown, x: Tensor, context: Tensor | null, outputShape: Shape): Tensor {
  const { kind, activation, residual } = stack;
  if (!isActivation(activation)) throw new RangeError(activation);
  const batch = x.shape[0] as number;
  const flat = kind === 'dense' ? reshape(x, [batch, x.size / batch]) : x;
  const entering = context ? concat([flat, stack.context(context)], flat.rank - 1) : flat;
  const of = kind === 'dense' ? denseStack : convStack;
  return reshape(of(entering, stack.layers(params), { activation, residual }), [batch, ...outputShape]);
}

describe.each(['cpu', 'wasm'])('stacks on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
  });

  test.each(cases)('%s: the stack that it says it is does what it does', (_, spec, inputs, outputs, contextShape) => {
    tidied(() => {
      const network = buildNetwork(spec, inputs, outputs, contextShape);
      const params = randomiseParams(network.layout, network.init(1), 2);
      const x = normal([3, ...inputs], 3);
      const context = contextShape && normal([3, ...contextShape], 4);
      const said = run(network.stack as Stack, params, x, context, outputs);
      expect(said).toBeCloseToTensor(network.apply(params, x, context ? { context } : {}), 1e-6);
    });
  });
});
