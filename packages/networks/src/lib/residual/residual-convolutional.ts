import { type Definition, defineNetwork, type Network } from '@diffeo/core';
import { convStack } from '@diffeo/ops';
import { concat } from '@tensorflow/tfjs-core';
import { array, boolean, integer, length, maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { activationEntry, widthEntry } from '../entries.ts';
import { filterSide } from '../images/filter-side.ts';
import { imageNetwork } from '../images/image-context.ts';
import { type ResidualParams, residualBlocks } from './residual-blocks.ts';

const schema = strictObject({
  /** How many channels pass from block to block. Default 32. */
  width: optional(widthEntry, 32),
  /** Default 2. */
  blocks: optional(pipe(number(), integer(), minValue(1), maxValue(500)), 2),
  /** Default `relu`. */
  activation: optional(activationEntry, 'relu'),
  /** The sides of the filters: of the layer in front of the blocks, the two in each block, and the one behind them. Default [3, 3, 1, 3]. */
  kernelSizes: optional(pipe(array(filterSide), length(4)), () => [3, 3, 1, 3]),
  /** Whether the activation comes before the first layer of a block too. Default false. */
  preactivation: optional(boolean(), false),
  /** Whether what enters a block is normalised, the channels of each pixel by themselves. Default false. */
  layerNorm: optional(boolean(), false),
});

/**
 * A residual network of images, the conditioner of RealNVP (Dinh et al. 2017, §3.7) and Flow++ without attention: a 3×3 convolution, blocks of a 3×3 and a 1×1 convolution
 * that add to what they are given, and a 3×3 convolution that starts at zero, or of other sizes. Stride 1, zeros beyond the borders; a context as `convolutional` takes it.
 */
export const residualConvolutional: Definition<'network', typeof schema> = /* @__PURE__ */ defineNetwork({
  type: '@diffeo/networks/residual-convolutional',
  version: 1,
  schema,
  build:
    ({ width, blocks, activation, layerNorm: normalised, kernelSizes, preactivation }, site) =>
    (inputShape, outputShape): Network<ResidualParams> => {
      const [enter, first, second, leave] = kernelSizes as [number, number, number, number];
      const { input, output, context } = imageNetwork(site, inputShape, outputShape);
      const { layout, init, apply } = residualBlocks({
        ...{ blocks, width, normalised, outputScale: 0 },
        preactivation: preactivation ? activation : null,
        enter: [enter, enter, input[2] + (context?.count ?? 0), width],
        inside: [
          [first, first, width, width],
          [second, second, width, width],
        ],
        leave: [leave, leave, width, output[2]],
        run: (x, layers) => convStack(x, layers, { activation, residual: false }),
      });
      return {
        ...{ inputShape, outputShape, contextShape: site.contextShape, layout, init },
        apply: (params, x, call) =>
          apply(params, call.context && context ? concat([x, context.of(call.context)], 3) : x),
      };
    },
});
