import { chain, type FlowParams, flow, leaves, mapParams, negativeLogLikelihood, normal } from '@diffeo/core';
import { gradients } from '@diffeo/core/gradients';
import { installKernels } from '@diffeo/kernels-wasm';
import { additiveCoupling, realNVP } from '@diffeo/layers-coupling';
import { pluLinear } from '@diffeo/layers-linear';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { add, cast, mul, oneHot, setBackend, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actnorm } from './actnorm.ts';

const flows = {
  realNVP: realNVP({ layers: 2, hidden: [8] }),
  actnorm: [actnorm()],
  linear: [actnorm(), pluLinear({ init: 'rotation' })],
  additive: [chain({ layers: [additiveCoupling()] })],
};
const setups = { cpu: 'cpu', wasm: 'wasm', 'wasm with its kernels': 'wasm' } as const;

describe.each(Object.keys(setups))('whole numbers on %s', (name) => {
  let uninstall = (): void => undefined;
  beforeAll(async () => {
    await setBackend(setups[name as keyof typeof setups]);
    if (name.endsWith('kernels')) ({ uninstall } = await installKernels());
  });
  afterAll(() => uninstall());

  test.each(Object.keys(flows))('give %s what the same float32 numbers give, contexts too', async (of) => {
    const model = flow({ eventShape: [2], contextShape: [3], layers: flows[of as keyof typeof flows] });
    const x = tensor2d([1, 2, 3, 0, 0, 2], [3, 2], 'int32');
    const context = oneHot(tensor1d([2, 0, 1], 'int32'), 3);
    const [real, realContext] = [cast(x, 'float32'), cast(context, 'float32')];
    const params = mapParams(
      model.layout,
      await model.start(model.init(1), real, { context: realContext }),
      (own, path, leaf) => (leaf.trainable && own ? add(own, mul(normal(own.shape, path.length), 0.3)) : own),
    );
    const run = async (data: Tensor, given: Tensor, p: FlowParams = params): Promise<number[][]> => [
      [...model.logProb(p, data, { context: given }).dataSync()],
      [...model.sample(p, { count: 3, seed: 1, context: given }).dataSync()],
      ...(['store', 'checkpoint', 'recompute'] as const).flatMap((gradient) =>
        gradients(model.layout, p, (own) =>
          negativeLogLikelihood(model, own, data, { context: given, gradient }),
        ).gradients.map(({ tensor }) => [...tensor.dataSync()]),
      ),
      ...leaves(model.layout, await model.start(model.init(1), data, { context: given })).map(({ tensor }) => [
        ...(tensor?.dataSync() ?? []),
      ]),
    ];
    expect(await run(x, context)).toEqual(await run(real, realContext));
  });
});
