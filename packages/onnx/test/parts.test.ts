import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Definition,
  type Density,
  DiffeoError,
  type Flow,
  flow,
  isDiffeoError,
  type Kind,
  normal,
  type Shape,
  type Spec,
  uniform,
} from '@diffeo/core';
import { uniformDequantize } from '@diffeo/datasets';
import { additiveCoupling, affineCoupling, coupling, imageCoupling } from '@diffeo/layers-coupling';
import { affine } from '@diffeo/ops';
import { randomiseParams } from '@diffeo/testing';
import { useWasm } from '@diffeo/trainer';
import { add, floor, mul, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { onnxError } from './lib/onnx-error.ts';
import { conformance, definitionsOf } from './lib/own-packages.ts';

const rows = 5;
const tolerance = 1e-5;
const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

beforeAll(async () => {
  await useWasm();
});

/** Parameters away from where they start. */
async function paramsOf<P>(model: Density<P>, x: Tensor, options: object, scale = 0.5): Promise<P> {
  const started = await model.start(model.init(1), x, { ...options, noise: 3 });
  return randomiseParams(model.layout, started, 2, scale);
}

const contextFor = ({ contextShape }: Density): Readonly<Record<string, Tensor>> =>
  contextShape ? { context: normal([rows, ...contextShape], 7) } : {};

/** Configurations of what `conformance` says nothing of. */
const configs: Readonly<Record<string, readonly object[]>> = {
  '@diffeo/core/chain': [{ layers: [additiveCoupling(), additiveCoupling({ swap: true })] }],
  '@diffeo/core/invert': [{ layer: coupling({ transform: affine() }) }],
  '@diffeo/layers-elementwise/elementwise': [{ transform: affine() }],
  '@diffeo/core/normal-mixture': [{ components: 3 }],
  // The smaller the bound, the fewer rounds of the search.
  '@diffeo/ops/mixture-of-logistics': [{ components: 2, bound: 0.5 }],
  '@diffeo/tables/gaussian-mixture': [{ components: 3 }],
  '@diffeo/datasets/uniform-dequantize': [{ bins: 8 }],
  '@diffeo/datasets/variational-dequantize': [{ bins: 8, layers: [affineCoupling()] }],
  '@diffeo/datasets/pad-images': [{ to: [6, 6], dequantizer: uniformDequantize({ bins: 8 }) }],
};
const configsOf = ({ type }: Definition): readonly object[] => conformance[type]?.configs ?? configs[type] ?? [{}];

/** Where the i-th configuration of a layer is tried. */
function shapeOf(type: string, i: number): Shape {
  const shapes: readonly Shape[] = conformance[type]?.eventShapes ?? [[3]];
  return shapes[shapes.length - 1 - (i % shapes.length)] as Shape;
}

/** Those that a flow takes with these configurations; others are tried inside of what holds them, if anywhere. */
const takenBy = <K extends Kind>(
  kind: K,
  make: (spec: Spec<K>, i: number) => Flow,
): [type: string, definition: Definition<K>][] =>
  definitionsOf(kind).flatMap((definition) => {
    try {
      for (const [i, config] of configsOf(definition).entries()) make(definition(config), i);
      return [[definition.type, definition]];
    } catch (error) {
      if (isDiffeoError(error)) return [];
      throw error;
    }
  });

/** Refusals by name are known: the README lists them. */
async function errorUnlessRefused(type: string, find: () => Promise<number>): Promise<number> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof DiffeoError) || error.code !== 'EXPORT' || !error.message.includes(type)) throw error;
    expect(
      readme,
      `${error.message}\nThe README of @diffeo/onnx has a list of what is refused: name it there.`,
    ).toContain(type);
    return 0;
  }
}

/** Both directions of a layer at some shape, with a context where it takes one. */
async function layerError(layer: Spec<'layer'>, eventShape: Shape, scale?: number): Promise<number> {
  const model = flow({ eventShape, contextShape: [2], layers: [layer] });
  // Inside (0, 1), where a logit is at home, and rescaled data.
  const x = add(mul(uniform([rows, ...eventShape], 5), 0.9), 0.05);
  const context = contextFor(model);
  const params = await paramsOf(model, x, context, scale);
  const z = model.toBase(params, x, context).value;
  const toBase = await onnxError(model, params, 'toBase', { x, ...context });
  return Math.max(toBase, await onnxError(model, params, 'toData', { z, ...context }));
}

describe('every layer of ours, in ONNX Runtime', () => {
  const found = takenBy('layer', (layer, i) =>
    flow({ eventShape: shapeOf(layer.$type, i), contextShape: [2], layers: [layer] }),
  );
  for (const [, definition] of found) {
    const configurations = configsOf(definition);
    it.each(configurations.map((config, i) => [config, shapeOf(definition.type, i)] as const))(
      `${definition.type} with %j at [%s]`,
      async (config, eventShape) => {
        const error = await errorUnlessRefused(definition.type, () => layerError(definition(config), eventShape));
        expect(error).toBeLessThan(tolerance);
      },
    );
  }

  it('are found', () => {
    const types = found.map(([type]) => type.slice(type.lastIndexOf('/') + 1));
    expect(types).toEqual(expect.arrayContaining(['coupling', 'autoregressive', 'plu-linear', 'gaussianise']));
  });

  it('image couplings, whose networks are convolutions', async () => {
    expect(await layerError(imageCoupling({ width: 4 }), [4, 4, 2])).toBeLessThan(tolerance);
  });
});

describe('every element-wise transform of ours, in ONNX Runtime', () => {
  it.each(takenBy('transform', (transform) => flow({ eventShape: [3], layers: [coupling({ transform })] })))(
    '%s',
    async (type, definition) => {
      for (const config of configsOf(definition)) {
        const layer = coupling({ transform: definition(config) });
        expect(await errorUnlessRefused(type, () => layerError(layer, [3]))).toBeLessThan(tolerance);
      }
    },
  );
});

describe('every base of ours, in ONNX Runtime', () => {
  it.each(takenBy('base', (base) => flow({ eventShape: [3], layers: [], base })))('%s', async (type, definition) => {
    for (const config of configsOf(definition)) {
      const model: Flow = flow({ eventShape: [3], layers: [], base: definition(config) });
      const x = uniform([rows, 3], 5);
      const params = await paramsOf(model, x, {});
      const error = await errorUnlessRefused(type, () => onnxError(model, params, 'logProb', { x }));
      expect(error).toBeLessThan(tolerance);
    }
  });
});

describe('every dequantizer of ours, with its noise as an input, in ONNX Runtime', () => {
  it.each(definitionsOf('dequantizer').map((definition) => [definition.type, definition] as const))(
    '%s',
    async (type, definition) => {
      for (const config of configsOf(definition)) {
        const eventShape = type.endsWith('pad-images') ? [4, 4, 1] : [3];
        const model = flow({ eventShape, dequantize: definition(config), layers: [] });
        const x = floor(mul(uniform([rows, ...eventShape], 5), 8));
        const params = await paramsOf(model, x, {});
        const noise = model.drawNoise(rows, 4) as Tensor;
        const z = model.toBase(params, x, { noise }).value;
        const error = await errorUnlessRefused(type, async () =>
          Math.max(
            await onnxError(model, params, 'logProb', { x, noise }),
            await onnxError(model, params, 'toData', { z }),
          ),
        );
        expect(error).toBeLessThan(tolerance);
      }
    },
  );
});
