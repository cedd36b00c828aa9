import { product } from '@diffeo/core/engine';
import {
  add,
  concat,
  engine,
  getBackend,
  getKernel,
  mul,
  ones,
  pad,
  reshape,
  slice,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { activations, type FusedActivation } from './activation.ts';
import type { Dense, DenseStackOptions } from './dense.ts';
import { fusedOp } from './fused-op.ts';
import { kernelNames } from './kernels.ts';
import { stackKernel } from './stack-kernel.ts';

/** One convolution: filter `[height, width, inputs, outputs]` with odd sides, bias `[outputs]`. */
export interface Convolution {
  readonly filter: Tensor;
  readonly bias: Tensor;
}

/** A convolution as kernels name its parts. */
export const asDense = ({ filter, bias }: Convolution): Dense => ({ weight: filter, bias });

type Image = [batch: number, height: number, width: number, channels: number];
type Filter = [height: number, width: number, inputs: number, outputs: number];

const imageOf = (x: Tensor): Image => x.shape as Image;
const filterOf = ({ filter }: Convolution): Filter => filter.shape as Filter;
const keepsWidth = (layer: Convolution): boolean => filterOf(layer)[2] === filterOf(layer)[3];

/** Every pixel's neighbourhood in one row, as a product takes them: `[batch · height · width, rows · columns · channels]`. */
function neighbourhoods(x: Tensor, rows: number, columns: number): Tensor {
  const [batch, height, width, channels] = imageOf(x);
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

/** x ∗ filter + bias as a matrix product, which runs on every backend and has every derivative. */
function composeOne(x: Tensor, layer: Convolution): Tensor {
  const [batch, height, width] = imageOf(x);
  const [rows, columns, inputs, outputs] = filterOf(layer);
  const matrix = reshape(layer.filter, [rows * columns * inputs, outputs]);
  const z = add(product(neighbourhoods(x, rows, columns), matrix), layer.bias);
  return reshape(z, [batch, height, width, outputs]);
}

/** h ← act(h ∗ F + b), or h + act(h ∗ F + b) where the stack is residual; the last layer is linear. */
function compose(x: Tensor, layers: readonly Convolution[], { activation, residual }: DenseStackOptions): Tensor {
  return layers.reduce((h, layer, i) => {
    const z = composeOne(h, layer);
    if (i === layers.length - 1) return z;
    const output = activations[activation].apply(z);
    return residual && keepsWidth(layer) ? add(h, output) : output;
  }, x);
}

const sameBorders = { strides: 1, pad: 'same', dataFormat: 'NHWC', dimRoundingMode: undefined } as const;
const run = (kernel: string, inputs: object, attributes: object): Tensor =>
  engine().runKernel(kernel, inputs as never, attributes as never) as Tensor;

/** act(x ∗ filter + bias) by one kernel. */
const fusedConvolution = (x: Tensor, { filter, bias }: Convolution, activation: FusedActivation): Tensor =>
  run('FusedConv2D', { x, filter, bias }, { ...sameBorders, dilations: 1, activation, leakyreluAlpha: 0 });

/** The sum of all pixels, `[channels]`: as a product, which is fast everywhere. */
function sumPixels(dz: Tensor): Tensor {
  const channels = imageOf(dz)[3];
  const pixels = dz.size / channels;
  return reshape(product(ones([1, pixels]), reshape(dz, [pixels, channels])), [channels]);
}

/**
 * A stack of convolutions with an activation between them, `[batch, height, width, inputs]` → `[batch, height, width,
 * outputs]`: stride 1, zeros beyond the borders. One node of the tape where the backend has a kernel for it, or for the
 * gradient of filters; elsewhere, for an empty batch, and where the gradient is itself differentiated, a composition.
 */
export function convStack(x: Tensor, layers: readonly Convolution[], options: DenseStackOptions): Tensor {
  if (x.size === 0 || layers.some(({ filter }) => filter.size === 0)) return compose(x, layers, options);
  const { convStack: kernel, convStackGradient: gradient } = kernelNames;
  if (getKernel(kernel, getBackend())) {
    return stackKernel({ kernel, gradient }, x, layers.map(asDense), options, () => compose(x, layers, options));
  }
  const last = layers.length - 1;
  const { apply, derivative, fused } = activations[options.activation];
  const skips = layers.map((layer, i) => options.residual && i < last && keepsWidth(layer));
  const inputs: Record<string, Tensor> = { x };
  for (const [i, { filter, bias }] of layers.entries()) {
    inputs[`filter${i}`] = filter;
    inputs[`bias${i}`] = bias;
  }

  const [y] = fusedOp<Record<string, Tensor>, readonly [Tensor]>({
    kernel: 'Conv2DBackpropFilter',
    inputs,
    reference: () => [compose(x, layers, options)],
    forward: (_, save) => {
      const entering: Tensor[] = [];
      const activated: Tensor[] = [];
      let h = x;
      for (const [i, layer] of layers.entries()) {
        entering.push(h);
        if (i === last) {
          h = fusedConvolution(h, layer, 'linear');
          continue;
        }
        const z = fusedConvolution(h, layer, fused);
        const output = fused === 'linear' ? apply(z) : z;
        if (skips[i]) activated.push(output);
        h = skips[i] ? add(h, output) : output;
      }
      save([...layers.map(({ filter }) => filter), ...entering, ...activated]);
      return [h];
    },
    backward: ([dy], saved) => {
      const filters = saved.slice(0, layers.length);
      const entering = saved.slice(layers.length, 2 * layers.length);
      const activated = saved.slice(2 * layers.length);
      const gradients: Record<string, Tensor> = {};
      let dh = dy;
      for (let i = last; i >= 0; i--) {
        const output = skips[i] ? activated.pop() : entering[i + 1];
        const dz = i === last ? dh : mul(dh, derivative(output as Tensor));
        const [filter, from] = [filters[i] as Tensor, entering[i] as Tensor];
        const shapes = { filterShape: filter.shape, inputShape: from.shape };
        gradients[`filter${i}`] = run('Conv2DBackpropFilter', { x: from, dy: dz }, { ...sameBorders, ...shapes });
        gradients[`bias${i}`] = sumPixels(dz);
        const through = run('Conv2DBackpropInput', { dy: dz, filter }, { ...sameBorders, ...shapes });
        dh = skips[i] ? add(dh, through) : through;
      }
      return { ...gradients, x: dh };
    },
  });
  return y;
}
