import { type Definition, defineNetwork, type Network } from '@diffeo/core';
import { add, concat, reshape, zeros } from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { activationEntry, widthEntry } from '../entries.ts';
import { imageNetwork } from '../images/image-context.ts';
import { selfAttention } from './self-attention.ts';
import { type TransformerParams, transformer } from './transformer.ts';

/** What transformers are told alike. */
export const transformerEntries = {
  /** How many numbers stand for each position; the heads divide it. Default 32. */
  width: optional(widthEntry, 32),
  /** Default 4. */
  heads: optional(pipe(number(), integer(), minValue(1), maxValue(256)), 4),
  /** Default 2. */
  blocks: optional(pipe(number(), integer(), minValue(1), maxValue(500)), 2),
  /** Of the layers within blocks. Default `elu`. */
  activation: optional(activationEntry, 'elu'),
};

const schema = strictObject(transformerEntries);

/**
 * A transformer of the pixels of an image: every pixel sees all others, by blocks of self-attention and of two
 * dense layers that add to what they are given (Vaswani et al. 2017; with the normalisation in front, as Xiong et al. 2020). The last layer starts at zero. A context as `convolutional` takes it. The cost grows with the square of the number of pixels.
 */
export const attention: Definition<'network', typeof schema> = /* @__PURE__ */ defineNetwork({
  type: '@diffeo/networks/attention',
  version: 1,
  schema,
  build:
    ({ width, heads, blocks, activation }, site) =>
    (inputShape, outputShape): Network<TransformerParams> => {
      const { input, output, context } = imageNetwork(site, inputShape, outputShape);
      if (width % heads !== 0) site.fail(`${heads} heads must divide the width ${width}`);
      const [positions, inputs] = [input[0] * input[1], input[2] + (context?.count ?? 0)];
      const { layout, init, run, through } = transformer({
        ...{ inputs, outputs: output[2], positions, width, blocks, activation },
      });
      return {
        ...{ inputShape, outputShape, contextShape: site.contextShape, layout, init },
        apply: (params, x, call) => {
          const batch = x.shape[0] as number;
          if (batch === 0) return zeros([0, ...output]);
          const given = call.context && context ? concat([x, context.of(call.context)], 3) : x;
          const entered = add(run(reshape(given, [batch, positions, inputs]), [params.enter]), params.positions);
          const left = through(params, entered, (own, h) => selfAttention(own, h, heads));
          return reshape(left, [batch, ...output]);
        },
      };
    },
});
