import { flow, normal, type Shape, type Spec, uniformBox } from '@diffeo/core';
import { imageCoupling } from '@diffeo/layers-coupling';
import { invertibleConv1x1 } from '@diffeo/layers-linear';
import { randomiseParams } from '@diffeo/testing';
import { mul } from '@tensorflow/tfjs-core';
import { onnxError } from './onnx-error.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';
import { presets } from './own-packages.ts';
import type { Trial } from './trial.ts';

const rows = 4;
/** At least as many as make autoregressive layers of four numbers exact, and as continuous ones take steps. */
const rounds = 6;

async function presetError(name: string, layers: readonly Spec<'layer'>[], runtime: OnnxRuntime): Promise<number> {
  const eventShape: Shape = layers.some(({ $type }) => $type.endsWith('multi-scale')) ? [8, 8, 2] : [4];
  // Angles have a base of angles.
  const base = name.startsWith('circular') ? { base: uniformBox({ low: -Math.PI, high: Math.PI }) } : {};
  const model = flow({ eventShape, contextShape: [2], layers, ...base });
  const x = mul(normal([rows, ...eventShape], 5), 0.5);
  const context = normal([rows, 2], 6);
  const params = randomiseParams(model.layout, await model.start(model.init(1), x, { context }), 2, 0.1);
  const z = model.toBase(params, x, { context }).value;
  const logProb = await onnxError(model, params, 'logProb', { x, context }, { rounds, runtime });
  return Math.max(logProb, await onnxError(model, params, 'toData', { z, context }, { rounds, runtime }));
}

const small = { coupling: imageCoupling, levels: 2, width: 8 };
const smallGlow = { ...small, linear: invertibleConv1x1, steps: 1 };

/** Every preset of ours, small, with a context. */
export const presetTrials: readonly Trial[] = presets([{ layers: 2, hidden: [8] }, smallGlow, small, {}]).map(
  ([name, layers]) => ({
    kind: 'preset',
    name,
    detail: `of ${layers.length} layers`,
    allowed: 1e-4,
    error: (runtime) => presetError(name, layers, runtime),
  }),
);
