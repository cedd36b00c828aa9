import { type Definition, defineNetwork, type Network, sizeOf } from '@diffeo/core';
import { denseStack } from '@diffeo/ops';
import { concat, reshape, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { boolean, integer, maxValue, minValue, number, optional, picklist, pipe, strictObject } from 'valibot';
import { activationEntry, widthEntry } from '../entries.ts';
import { type ResidualParams, residualBlocks } from './residual-blocks.ts';

const schema = strictObject({
  /** How many numbers pass from block to block. Default 64. */
  width: optional(widthEntry, 64),
  /** Default 2. */
  blocks: optional(pipe(number(), integer(), minValue(1), maxValue(500)), 2),
  /** Default `relu`. */
  activation: optional(activationEntry, 'relu'),
  /** Whether what enters a block is normalised, each row by itself. Default false. */
  layerNorm: optional(boolean(), false),
  /** Whether the activation comes before the first layer of a block too, as it does in Durkan et al.'s own code. Default false. */
  preactivation: optional(boolean()),
  /**
   * Where the context enters: joined to the input (`join`), or besides as a gate of each block (`gate`), which multiplies what the block
   * adds by the sigmoid of a linear map of it. Default `join`.
   */
  context: optional(picklist(['join', 'gate'])),
  /** How large the last layer's weights start. Default 0.01. */
  outputScale: optional(pipe(number(), minValue(0), maxValue(1)), 1e-2),
});

/**
 * A residual network of vectors, the conditioner of neural spline flows (Durkan et al. 2019, §B.1): a linear layer, blocks of two layers each that add to what they are
 * given, and a linear layer. A context is flattened and joined to its input.
 */
export const residualMlp: Definition<'network', typeof schema> = /* @__PURE__ */ defineNetwork({
  type: '@diffeo/networks/residual-mlp',
  version: 1,
  schema,
  build:
    ({ width, blocks, activation, layerNorm: normalised, outputScale, ...config }, { contextShape, fail }) =>
    (inputShape, outputShape): Network<ResidualParams> => {
      const [inputs, contexts] = [sizeOf(inputShape), contextShape ? sizeOf(contextShape) : 0];
      const isGated = config.context === 'gate';
      if (isGated && contexts === 0) fail("context: 'gate' needs a flow with a context");
      const { layout, init, apply } = residualBlocks({
        ...{ blocks, width, normalised, outputScale },
        preactivation: config.preactivation ? activation : null,
        gate: isGated ? [contexts, width] : null,
        enter: [inputs + contexts, width],
        inside: [
          [width, width],
          [width, width],
        ],
        leave: [width, sizeOf(outputShape)],
        run: (x, layers) => denseStack(x, layers, { activation, residual: false }),
      });
      return {
        ...{ inputShape, outputShape, contextShape, layout, init },
        apply: (params, x, { context }) => {
          const batch = x.shape[0] as number;
          const given: Tensor[] = inputs > 0 ? [reshape(x, [batch, inputs])] : [];
          const flat = contexts > 0 && context ? reshape(context, [batch, contexts]) : null;
          if (flat) given.push(flat);
          const input = given.length > 1 ? concat(given, 1) : (given[0] ?? zeros([batch, 0]));
          return reshape(apply(params, input, isGated ? flat : null), [batch, ...outputShape]);
        },
      };
    },
});
