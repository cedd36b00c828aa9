import {
  type Definition,
  type Density,
  type Flow,
  flow,
  type Kind,
  normal,
  type Shape,
  type Spec,
  uniform,
} from '@diffeo/core';
import { uniformDequantize } from '@diffeo/datasets';
import { additiveCoupling, affineCoupling, coupling, imageCoupling } from '@diffeo/layers-coupling';
import { elementwise } from '@diffeo/layers-elementwise';
import * as ops from '@diffeo/ops';
import { randomiseParams } from '@diffeo/testing';
import { add, floor, mul, type Tensor } from '@tensorflow/tfjs-core';
import { onnxError } from './onnx-error.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';
import { conformance, definitionsOf } from './own-packages.ts';
import type { Trial } from './trial.ts';

const rows = 5;

/** Parameters away from where they start. */
async function paramsOf<P>(model: Density<P>, x: Tensor, options: object): Promise<P> {
  const started = await model.start(model.init(1), x, { ...options, noise: 3 });
  return randomiseParams(model.layout, started, 2, 0.5);
}

/** A column of numbers without bounds. */
const mixedColumn = {
  ...{ atoms: [], continues: true, step: null, origin: 0, periods: [] },
  ...{ low: null, high: null, softness: 1, beyond: 0, reach: 1 },
};

/** Configurations of what `conformance` says nothing of. */
const configs: Readonly<Record<string, readonly object[]>> = {
  '@diffeo/core/chain': [{ layers: [additiveCoupling(), additiveCoupling({ swap: true })] }],
  '@diffeo/core/invert': [{ layer: coupling({ transform: ops.affine() }) }],
  '@diffeo/layers-elementwise/elementwise': [{ transform: ops.affine() }],
  '@diffeo/core/normal-mixture': [{ components: 3 }],
  // The smaller the bound, the fewer rounds of the search.
  '@diffeo/ops/mixture-of-logistics': [{ components: 2, bound: 0.5 }],
  '@diffeo/tables/gaussian-mixture': [{ components: 3 }],
  '@diffeo/tables/gaussian-kernels': [{ kernels: 4 }],
  '@diffeo/tables/product-kernels': [{ kernels: 4, sets: 2 }],
  '@diffeo/tables/mixed-rows': [{ columns: [mixedColumn, mixedColumn, mixedColumn], classes: 2, knots: 3, given: [] }],
  '@diffeo/tables/autoregressive-rows': [
    {
      ...{ columns: [mixedColumn, mixedColumn, mixedColumn], given: [], sequence: [0, 1, 2], knots: 3 },
      ...{ hidden: [4], components: 2 },
    },
  ],
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

/** Both directions of a model, with a context where it takes one. */
async function flowError(model: Flow, runtime: OnnxRuntime): Promise<number> {
  // Inside (0, 1), where logit layers and rescaled data are.
  const x = add(mul(uniform([rows, ...model.eventShape], 5), 0.9), 0.05);
  const context = model.contextShape ? { context: normal([rows, ...model.contextShape], 7) } : {};
  const params = await paramsOf(model, x, context);
  const z = model.toBase(params, x, context).value;
  const toBase = await onnxError(model, params, 'toBase', { x, ...context }, { runtime });
  return Math.max(toBase, await onnxError(model, params, 'toData', { z, ...context }, { runtime }));
}

const layerError = async (layer: Spec<'layer'>, eventShape: Shape, runtime: OnnxRuntime): Promise<number> =>
  await flowError(flow({ eventShape, contextShape: [2], layers: [layer] }), runtime);

const { exp, power, sigmoid, softplus, tanh } = ops;
/** What maps to other numbers than those of the whole line is a layer of its own, since a coupling leaves some as they are. */
const alone = new Set([exp, power, sigmoid, softplus, tanh].map(({ type }) => type));
/** Behind what maps positive numbers to positive ones. */
const positives: readonly Spec<'layer'>[] = [elementwise({ transform: exp() })];

async function transformError(transform: Spec<'transform'>, runtime: OnnxRuntime): Promise<number> {
  const { $type: type } = transform;
  const layer = alone.has(type) ? elementwise({ transform }) : coupling({ transform });
  return await flowError(
    flow({ eventShape: [3], layers: [layer, ...(type === power.type ? positives : [])] }),
    runtime,
  );
}

async function baseError(base: Spec<'base'>, runtime: OnnxRuntime): Promise<number> {
  const model: Flow = flow({ eventShape: [3], layers: [], base });
  const x = uniform([rows, 3], 5);
  return await onnxError(model, await paramsOf(model, x, {}), 'logProb', { x }, { runtime });
}

/** Its noise is an input. */
async function dequantizerError(dequantize: Spec<'dequantizer'>, runtime: OnnxRuntime): Promise<number> {
  const eventShape = dequantize.$type.endsWith('pad-images') ? [4, 4, 1] : [3];
  const model = flow({ eventShape, dequantize, layers: [] });
  const x = floor(mul(uniform([rows, ...eventShape], 5), 8));
  const params = await paramsOf(model, x, {});
  const noise = model.drawNoise(rows, 4) as Tensor;
  const z = model.toBase(params, x, { noise }).value;
  const logProb = await onnxError(model, params, 'logProb', { x, noise }, { runtime });
  return Math.max(logProb, await onnxError(model, params, 'toData', { z }, { runtime }));
}

/** One for each configuration of each part of a kind. What is not tried because no flow takes it as it is needs one above. */
const trialsOf = <K extends Kind>(
  kind: K,
  error: (spec: Spec<K>, runtime: OnnxRuntime, eventShape: Shape) => Promise<number>,
): Trial[] =>
  definitionsOf(kind).flatMap((definition) =>
    configsOf(definition).map((config, i) => {
      const eventShape = shapeOf(definition.type, i);
      const detail = `${JSON.stringify(config)}${kind === 'layer' ? ` at [${eventShape}]` : ''}`;
      const own = (runtime: OnnxRuntime) => error(definition(config), runtime, eventShape);
      return { kind, name: definition.type, detail, allowed: 1e-5, error: own };
    }),
  );

/** Every layer, transform, base and dequantizer of ours, and couplings whose networks are convolutions. */
export const partTrials: readonly Trial[] = [
  ...trialsOf('layer', (layer, runtime, eventShape) => layerError(layer, eventShape, runtime)),
  {
    kind: 'layer',
    name: 'imageCoupling',
    detail: 'at [4,4,2]',
    allowed: 1e-5,
    error: (runtime) => layerError(imageCoupling({ width: 4 }), [4, 4, 2], runtime),
  },
  ...trialsOf('transform', transformError),
  ...trialsOf('base', baseError),
  ...trialsOf('dequantizer', dequantizerError),
];
