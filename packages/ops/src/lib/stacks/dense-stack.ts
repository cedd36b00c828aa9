import type { StackLayer } from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import { add, engine, reshape, sum, type Tensor, transpose } from '@tensorflow/tfjs-core';
import { layerStack } from './layer-stack.ts';
import type { DenseStackOptions, LayerKind } from './stack-layer.ts';

/** x·W + b, `[batch, inputs]` → `[batch, outputs]`. */
const dense: LayerKind = {
  kernel: '_FusedMatMul',
  compose: (x, { weight, bias }) => add(product(x, weight), bias),
  fused: (x, { weight, bias }, activation) => {
    const [inputs, outputs] = weight.shape as [number, number];
    const rows = x.shape[0] as number;
    const y = engine().runKernel(
      '_FusedMatMul',
      { a: reshape(x, [1, rows, inputs]), b: reshape(weight, [1, inputs, outputs]), bias },
      { transposeA: false, transposeB: false, activation, leakyreluAlpha: 0 },
    ) as Tensor;
    return reshape(y, [rows, outputs]);
  },
  gradients: (x, weight, dz) => ({
    dx: product(dz, transpose(weight)),
    dWeight: product(transpose(x), dz),
    dBias: sum(dz, 0),
  }),
};

/**
 * A stack of dense layers with an activation between them, `[batch, inputs]` → `[batch, outputs]`: one node of the tape,
 * with no transposed product in its gradient. Where layers are masked by `degrees`, kernels leave out what is not seen.
 *
 * @throws DiffeoError `SHAPE` where there are not degrees of each layer, one for each of its inputs and outputs.
 */
export const denseStack = (x: Tensor, layers: readonly StackLayer[], options: DenseStackOptions): Tensor =>
  layerStack(dense, x, layers, options);
