import type { StackLayer } from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import { add, concat, engine, ones, pad, reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import { layerStack } from './layer-stack.ts';
import type { LayerKind, StackOptions } from './stack-layer.ts';

type Image = [batch: number, height: number, width: number, channels: number];
type Filter = [height: number, width: number, inputs: number, outputs: number];

/** Every pixel's neighbourhood in one row, as a product takes them: `[batch · height · width, rows · columns · channels]`. */
function neighbourhoods(x: Tensor, rows: number, columns: number): Tensor {
  const [batch, height, width, channels] = x.shape as Image;
  const [above, left] = [(rows - 1) / 2, (columns - 1) / 2];
  const bordered = pad(x, [
    [0, 0],
    [above, above],
    [left, left],
    [0, 0],
  ]);
  const shifted: Tensor[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) shifted.push(slice(bordered, [0, i, j, 0], [batch, height, width, channels]));
  }
  const all = shifted.length > 1 ? concat(shifted, 3) : (shifted[0] as Tensor);
  return reshape(all, [batch * height * width, rows * columns * channels]);
}

const sameBorders = { strides: 1, pad: 'same', dataFormat: 'NHWC', dimRoundingMode: undefined } as const;
const run = (kernel: string, inputs: object, attributes: object): Tensor =>
  engine().runKernel(kernel, inputs as never, attributes as never) as Tensor;

/** The sum of all pixels, `[channels]`: as a product, which is fast everywhere. */
function sumPixels(dz: Tensor): Tensor {
  const channels = dz.shape.at(-1) as number;
  const pixels = dz.size / channels;
  return reshape(product(ones([1, pixels]), reshape(dz, [pixels, channels])), [channels]);
}

/** x ∗ F + b, `[batch, height, width, inputs]` → `[batch, height, width, outputs]`. */
const convolution: LayerKind = {
  kernel: 'Conv2DBackpropFilter',
  compose: (x, { weight, bias }) => {
    const [batch, height, width] = x.shape as Image;
    const [rows, columns, inputs, outputs] = weight.shape as Filter;
    const matrix = reshape(weight, [rows * columns * inputs, outputs]);
    const z = add(product(neighbourhoods(x, rows, columns), matrix), bias);
    return reshape(z, [batch, height, width, outputs]);
  },
  fused: (x, { weight, bias }, activation) =>
    run('FusedConv2D', { x, filter: weight, bias }, { ...sameBorders, dilations: 1, activation, leakyreluAlpha: 0 }),
  gradients: (x, weight, dz) => {
    const attributes = { ...sameBorders, filterShape: weight.shape, inputShape: x.shape };
    return {
      dx: run('Conv2DBackpropInput', { dy: dz, filter: weight }, attributes),
      dWeight: run('Conv2DBackpropFilter', { x, dy: dz }, attributes),
      dBias: sumPixels(dz),
    };
  },
};

/**
 * A stack of convolutions with an activation between them, `[batch, height, width, inputs]` → `[batch, height, width,
 * outputs]`: stride 1, zeros beyond the borders. One node of the tape where the backend has a kernel for it, or for the
 * gradient of filters; elsewhere, for an empty batch, and where the gradient is itself differentiated, a composition.
 */
export const convStack = (x: Tensor, layers: readonly StackLayer[], options: StackOptions): Tensor =>
  layerStack(convolution, x, layers, options);
