import { DiffeoError, type StackLayer } from '@diffeo/core';
import { mul, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';

/**
 * Which inputs the outputs of a masked dense layer see: those whose degree is not above their own (MADE, Germain et al. 2015, eq. 13).
 * Every mask of MADE is made of two such lists, from which kernels know what to leave out.
 */
export interface LayerDegrees {
  /** One for each input, whole numbers. */
  readonly inputs: Int32Array;
  /** One for each output. */
  readonly outputs: Int32Array;
}

/** 1 where an output sees an input, 0 elsewhere, row-major `[inputs, outputs]` as the weight. */
export function degreeMask({ inputs, outputs }: LayerDegrees): Float32Array {
  const mask = new Float32Array(inputs.length * outputs.length);
  let at = 0;
  for (const from of inputs) for (const to of outputs) mask[at++] = from <= to ? 1 : 0;
  return mask;
}

/** Networks hand over the same degrees at each use. */
const known = new WeakMap<LayerDegrees, Float32Array>();

function maskOf(degrees: LayerDegrees): Float32Array {
  let mask = known.get(degrees);
  if (!mask) {
    mask = degreeMask(degrees);
    known.set(degrees, mask);
  }
  return mask;
}

/** Layers whose weights are zero where nothing is seen, by a multiplication that the tape knows. */
export const maskedLayers = (layers: readonly StackLayer[], degrees: readonly LayerDegrees[]): readonly StackLayer[] =>
  layers.map(({ weight, bias }, i) => {
    const { shape } = weight as Tensor2D;
    return { weight: mul(weight, tensor2d(maskOf(degrees[i] as LayerDegrees), shape)), bias };
  });

/** @throws DiffeoError `SHAPE` unless there are degrees of each layer, one for each of its inputs and outputs: kernels read as many. */
export function requireDegrees(layers: readonly StackLayer[], degrees: readonly LayerDegrees[]): void {
  const got = degrees.map(({ inputs, outputs }) => `${inputs.length} × ${outputs.length}`).join(', ');
  const wanted = layers.map(({ weight }) => weight.shape.join(' × ')).join(', ');
  if (got !== wanted) throw new DiffeoError('SHAPE', `a stack of layers ${wanted} has degrees of ${got || 'none'}`);
}
