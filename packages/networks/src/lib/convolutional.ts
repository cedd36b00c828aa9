import { type Definition, defineNetwork, fold, leaf, type Network, normal, type StackLayer } from '@diffeo/core';
import { convStack } from '@diffeo/ops';
import { concat, div, mul, ones, sqrt, square, sum, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { array, boolean, maxLength, minLength, optional, pipe, strictObject } from 'valibot';
import { activationEntry, widthEntry } from './entries.ts';
import { filterSide } from './images/filter-side.ts';
import { imageNetwork } from './images/image-context.ts';

const schema = strictObject({
  /** How many channels the hidden layers have. Default 64. */
  width: optional(widthEntry, 64),
  /** The sides of the filters, one for each layer, the last included. Default [3, 1, 3]. */
  kernelSizes: optional(pipe(array(filterSide), minLength(1), maxLength(1000)), () => [3, 1, 3]),
  /** Default `relu`. */
  activation: optional(activationEntry, 'relu'),
  /** Adds the input of each hidden layer that keeps its width to its output. Default false. */
  residual: optional(boolean(), false),
  /** Learns direction and length of each filter apart (Salimans & Kingma 2016). Default false. */
  weightNormalised: optional(boolean(), false),
});

interface Layer {
  readonly filter: Tensor;
  readonly bias: Tensor;
  /** `[outputs]`: the lengths of the filters, where they are normalised. */
  readonly length?: Tensor;
}

/** A filter of the length that is learned, in the direction that is. */
function normalised({ filter, bias, length }: Layer): StackLayer {
  if (!length) return { weight: filter, bias };
  const norm = sqrt(sum(square(filter), [0, 1, 2]));
  return { weight: mul(filter, div(length, norm)), bias };
}

/**
 * A convolutional network, the conditioner of a coupling of images: layers with an activation between them, stride 1,
 * zeros beyond the borders. With the defaults it is that of Glow (Kingma & Dhariwal 2018, §4): 3×3, 1×1, 3×3. The last
 * layer starts at zero, so that the layer that holds it starts as the identity; the others as He et al. (2015).
 *
 * A context that is not an image stands beside every pixel. One that is an image must have sides that are the same multiple of
 * the network's: its blocks become channels.
 */
export const convolutional: Definition<'network', typeof schema> = /* @__PURE__ */ defineNetwork({
  type: '@diffeo/networks/convolutional',
  version: 1,
  schema,
  build:
    ({ width, kernelSizes, activation, residual, weightNormalised }, site) =>
    (inputShape, outputShape): Network<readonly Layer[]> => {
      const { input, output, context } = imageNetwork(site, inputShape, outputShape);
      const { contextShape } = site;
      const inputs = input[2] + (context?.count ?? 0);
      const hidden = kernelSizes.slice(1).map(() => width);
      const widths = [inputs, ...hidden, output[2]];
      const filters = kernelSizes.map((size, i) => [size, size, widths[i] as number, widths[i + 1] as number] as const);
      const last = filters.length - 1;
      const layersOf = (params: readonly Layer[]): StackLayer[] => params.map(normalised);
      const channelsOf = (given: Tensor): Tensor => context?.of(given) ?? given;
      const gain = activation === 'relu' || activation === 'elu' ? Math.SQRT2 : 1;
      return {
        inputShape,
        outputShape,
        contextShape,
        layout: filters.map((shape) => ({
          filter: leaf(shape),
          bias: leaf([shape[3]]),
          ...(weightNormalised && { length: leaf([shape[3]], { role: 'scale' }) }),
        })),
        init: (seed) =>
          filters.map((shape, i) => {
            const [rows, columns, from, outputs] = shape;
            const inside = rows * columns * from;
            // A normalised filter needs a direction; it is its length that starts at zero.
            const scale = i === last && !weightNormalised ? 0 : gain / Math.sqrt(inside);
            const filter = mul(normal(shape, fold(seed, i)), scale);
            const bias = zeros([outputs]);
            if (!weightNormalised) return { filter, bias };
            return { filter, bias, length: mul(ones([outputs]), i === last ? 0 : gain) };
          }),
        stack: { kind: 'convolutional', activation, residual, layers: layersOf, context: channelsOf },
        apply: (params, x, call) => {
          const given = call.context && contextShape ? concat([x, channelsOf(call.context)], 3) : x;
          return convStack(given, layersOf(params), { activation, residual });
        },
      };
    },
});
