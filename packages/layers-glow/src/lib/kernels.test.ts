import '@tensorflow/tfjs-backend-wasm';
import { flow, normal, type Spec, sizeOf } from '@diffeo/core';
import { installKernels } from '@diffeo/kernels-wasm';
import { imageCoupling } from '@diffeo/layers-coupling';
import { fullLinear, invertibleConv1x1 as linear } from '@diffeo/layers-linear';
import { checkLayer, type LayerOptions, randomiseParams } from '@diffeo/testing';
import { setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { glow } from './presets/glow.ts';
import { realNVPImage } from './presets/real-nvp-image.ts';

beforeAll(async () => {
  await setBackend('wasm');
  expect((await installKernels()).reason).toBeNull();
});

const coupling = imageCoupling;
/** A coupling as a preset asks for it, but with a network of another kind. */
const smooth: typeof coupling = (options) => imageCoupling({ ...options, activation: 'elu', residual: true });

describe.each<[string, readonly Spec<'layer'>[], LayerOptions]>([
  ['glow', glow({ coupling, linear, levels: 2, steps: 2, width: 32 }), { eventShapes: [[4, 4, 3]] }],
  [
    'glow with a context',
    glow({ coupling: smooth, linear, levels: 2, steps: 1, width: 8 }),
    { eventShapes: [[4, 4, 2]], contextShapes: [[3]], capabilities: { usesContext: true } },
  ],
  [
    'glow with full matrices',
    glow({ coupling, linear: () => fullLinear({ init: 'rotation' }), steps: 1, width: 32 }),
    { eventShapes: [[4, 4, 1]] },
  ],
  ['realNVPImage', realNVPImage({ coupling, levels: 2, width: 16 }), { eventShapes: [[4, 6, 1]] }],
  [
    'realNVPImage with a context',
    realNVPImage({ coupling: smooth, levels: 2, width: 8 }),
    { eventShapes: [[4, 4, 1]], contextShapes: [[2]], capabilities: { usesContext: true } },
  ],
])('%s', (_, layers, own) => {
  test('passes every check with the kernels', async () => {
    const [layer] = layers as readonly [Spec<'layer'>];
    const { checks } = await checkLayer(layer, {
      ...{ backends: ['wasm'], contextShapes: [null], trainingSteps: 10, perturbation: 0.2 },
      ...own,
    });
    expect(checks.length).toBeGreaterThan(20);
    expect(checks.filter((check) => !check.passed).map(({ message }) => message)).toEqual([]);
  });

  test('is the same without them', async () => {
    const eventShape = own.eventShapes?.at(-1) as readonly number[];
    const contextShape = own.contextShapes?.at(-1) ?? null;
    const model = flow({ eventShape, layers, ...(contextShape && { contextShape }) });
    const x = normal([5, ...eventShape], 1);
    const z = normal([5, sizeOf(eventShape)], 5);
    const call = contextShape ? { context: normal([5, ...contextShape], 2) } : {};
    const params = randomiseParams(model.layout, await model.start(model.init(3), x, call), 4, 0.2);
    const numbers = (tensor: Tensor) => [...tensor.dataSync()];
    const run = () => [numbers(model.logProb(params, x, call)), numbers(model.toData(params, z, call))];
    const fast = run();
    (await installKernels()).uninstall();
    const slow = run();
    await installKernels();
    for (const [i, expected] of slow.entries()) {
      for (const [j, value] of expected.entries()) {
        expect(Math.abs((fast[i]?.[j] as number) - value)).toBeLessThan(1e-3 * (1 + Math.abs(value)));
      }
    }
  });
});
