import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {
  coreDefinitions,
  type Flow,
  type FlowParams,
  flow,
  hydrate,
  load,
  negativeLogLikelihood,
  normal,
  save,
} from '@diffeo/core';
import { gradients } from '@diffeo/core/gradients';
import { couplingDefinitions, imageCoupling } from '@diffeo/layers-coupling';
import { fullLinear, invertibleConv1x1, linearDefinitions } from '@diffeo/layers-linear';
import { jacobian, logAbsDeterminant, randomiseParams } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import { abs, max, mul, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { glowDefinitions } from '../glow-definitions.ts';
import { glow } from './glow.ts';
import { realNVPImage } from './real-nvp-image.ts';

installMatchers();

const small = { coupling: imageCoupling, levels: 2, width: 4 } as const;
const smallGlow = { ...small, linear: invertibleConv1x1, steps: 2 } as const;
const presets = [
  ['glow', glow(smallGlow)],
  ['glow without a learned prior', glow({ ...smallGlow, learnedPrior: false })],
  ['glow with full matrices', glow({ ...smallGlow, linear: () => fullLinear({ init: 'rotation' }) })],
  ['realNVPImage', realNVPImage(small)],
] as const;

/** Started on data, and moved away from the start. */
async function moved(model: Flow, x: Tensor, context?: Tensor): Promise<FlowParams> {
  const started = await model.start(model.init(1), x, context ? { context } : {});
  return randomiseParams(model.layout, started, 3, 0.1);
}

describe.each(presets)('%s', (_, layers) => {
  beforeAll(async () => {
    await setBackend('wasm');
  });

  test('inverts exactly, and its log-determinant is that of the Jacobian', async () => {
    const model = flow({ eventShape: [4, 4, 1], layers });
    const params = await moved(model, normal([20, 4, 4, 1], 2));
    const x = normal([1, 4, 4, 1], 5);
    const { value, logDet } = model.bijector.inverse(params.layers, x, {});
    expect(value.shape).toEqual([1, 16]);
    expect(model.bijector.forward(params.layers, value, {}).value).toBeCloseToTensor(x, 1e-4);
    const matrix = jacobian((point: Tensor) => model.bijector.inverse(params.layers, point, {}).value, x);
    expect(logDet).toBeCloseToTensor([logAbsDeterminant(matrix, 16)], 1e-3);
  });

  test('has a latent for each level, each with its own temperature', async () => {
    const model = flow({ eventShape: [8, 4, 3], layers });
    const params = await moved(model, normal([20, 8, 4, 3], 2));
    expect(model.latents.map(({ name, size }) => [name, size])).toEqual([
      ['level 1', 48],
      ['level 2', 48],
    ]);
    const cold = { 'level 1': 0, 'level 2': 0 };
    const samples = model.sample(params, { count: 2, seed: 1, temperature: cold });
    expect(samples.shape).toEqual([2, 8, 4, 3]);
    expect(samples).toBeCloseToTensor(model.sample(params, { count: 2, seed: 9, temperature: cold }), 0);
    expect(samples).not.toBeCloseToTensor(
      model.sample(params, { count: 2, seed: 1, temperature: { 'level 1': 1, 'level 2': 0 } }),
      1e-3,
    );
  });

  test.each([
    ['a class', [3]],
    ['an image', [8, 8, 2]],
  ])('%s conditions every coupling', async (_name, contextShape) => {
    const model = flow({ eventShape: [4, 4, 1], contextShape, layers });
    const [x, context] = [normal([6, 4, 4, 1], 2), normal([6, ...contextShape], 3)];
    const params = await moved(model, x, context);
    const one = model.logProb(params, x, { context });
    expect(one).not.toBeCloseToTensor(model.logProb(params, x, { context: mul(context, 2) }), 1e-3);
    const found = gradients(model.layout, params, (tree) => negativeLogLikelihood(model, tree, x, { context }));
    for (const { tensor, path } of found.gradients) expect(max(abs(tensor)).dataSync()[0], path).toBeGreaterThan(0);
  });

  test('recomputed gradients are those of stored activations', async () => {
    const model = flow({ eventShape: [4, 4, 1], layers });
    const x = normal([10, 4, 4, 1], 2);
    const params = await moved(model, x);
    const [stored, recomputed] = (['store', 'recompute'] as const).map((gradient) =>
      gradients(model.layout, params, (tree) => negativeLogLikelihood(model, tree, x, { gradient })),
    );
    for (const [i, { tensor, path }] of (stored?.gradients ?? []).entries()) {
      const scale = 1 / Math.max(1e-3, max(abs(tensor)).dataSync()[0] as number);
      const other = mul(recomputed?.gradients[i]?.tensor as Tensor, scale);
      expect(other, path).toBeCloseToTensor(mul(tensor, scale), 1e-3);
    }
  });

  test('is saved and loaded', async () => {
    const model = flow({ eventShape: [4, 4, 1], layers });
    const x = normal([6, 4, 4, 1], 2);
    const params = await moved(model, x);
    const definitions = [...coreDefinitions, ...glowDefinitions, ...couplingDefinitions, ...linearDefinitions];
    const copy = load(await save(model, params), { definitions });
    expect(copy.model.logProb(copy.params, x)).toBeCloseToTensor(model.logProb(params, x), 0);
    expect(hydrate(JSON.parse(JSON.stringify(model.spec)), definitions)).toEqual(model.spec);
  });

  test('says what to do with images that cannot be halved so often', () => {
    expect(() => flow({ eventShape: [7, 8, 1], layers })).toThrow(/must divide height and width: pad the images/);
  });
});
