import { type Density, DiffeoError, type Flow, type FlowParams, type Shape } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Shapes } from './trace/trace.ts';

type Tensors = Readonly<Record<string, Tensor>>;

/** What of a model can be exported. */
export type OnnxFunction = 'logProb' | 'toBase' | 'toData';

/** One of a model's functions: its inputs for so many rows, what it does with them, and what they are. */
export interface Exported {
  shapesOf(rows: number): Shapes;
  run(inputs: Tensors): Tensors;
  readonly docs: Readonly<Record<string, string>>;
}

/** The shape of dequantization noise, which is an input where there is any. */
function noiseShape({ dequantizer, spec, eventShape }: Density, rows: number): Shape | null {
  if (!dequantizer) return null;
  const shape = dequantizer.withNoise?.shape([rows, ...eventShape]);
  if (shape) return shape;
  const type = 'dequantize' in spec && spec.dequantize ? ` (${spec.dequantize.$type})` : '';
  throw new DiffeoError(
    'EXPORT',
    `dequantize${type} cannot be exported: it draws its noise from a seed, and takes none that was drawn before`,
  );
}

/** What a function of a model takes and does. */
export function exported(model: Density, params: unknown, name: OnnxFunction): Exported {
  const { contextShape, eventShape } = model;
  const contextOf = (rows: number): Shapes => (contextShape ? { context: [rows, ...contextShape] } : {});
  const docs = {
    x: 'data, in the units that the model was trained on',
    z: 'points of the base',
    context: 'what the flow is conditioned on, a row for each row',
    noise: 'uniform numbers on [0, 1), for the dequantizer',
    logDet: 'the log absolute determinant of the Jacobian of x to z, nats',
    logProb: 'the log-density of each row, nats',
  };
  if (name === 'toData') {
    const { baseShape, toData } = model as Flow;
    return {
      shapesOf: (rows) => ({ z: [rows, ...baseShape], ...contextOf(rows) }),
      run: ({ z, ...options }) => ({ x: toData(params as FlowParams, z as Tensor, options) }),
      docs,
    };
  }
  const shapesOf = (rows: number): Shapes => {
    const noise = noiseShape(model, rows);
    return { x: [rows, ...eventShape], ...contextOf(rows), ...(noise && { noise }) };
  };
  if (name === 'logProb') {
    return { shapesOf, run: ({ x, ...options }) => ({ logProb: model.logProb(params, x as Tensor, options) }), docs };
  }
  // A mixture has none, and says so.
  const { toBase } = model as Flow;
  return {
    shapesOf,
    run: ({ x, ...options }) => {
      const { value, logDet } = toBase(params as FlowParams, x as Tensor, options);
      return { z: value, logDet };
    },
    docs,
  };
}
