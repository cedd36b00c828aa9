import {
  type Definition,
  defineNetwork,
  fold,
  leaf,
  type Network,
  normal,
  type Seed,
  type StackLayer,
} from '@diffeo/core';
import { denseStack } from '@diffeo/ops';
import { add, concat, mul, reshape, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, optional, picklist, pipe, strictObject } from 'valibot';
import { imageNetwork } from '../images/image-context.ts';
import { type LayerNormParams, layerNorm } from '../residual/layer-norm.ts';
import { type AttentionParams, selfAttention } from './self-attention.ts';

const schema = strictObject({
  /** How many numbers stand for each position; the heads divide it. Default 32. */
  width: optional(pipe(number(), integer(), minValue(1), maxValue(65536)), 32),
  /** Default 4. */
  heads: optional(pipe(number(), integer(), minValue(1), maxValue(256)), 4),
  /** Default 2. */
  blocks: optional(pipe(number(), integer(), minValue(1), maxValue(500)), 2),
  /** Of the layers within blocks. Default `elu`. */
  activation: optional(picklist(['relu', 'tanh', 'elu', 'sigmoid']), 'elu'),
});

interface Block {
  readonly before: LayerNormParams;
  readonly attention: AttentionParams;
  readonly between: LayerNormParams;
  readonly layers: readonly StackLayer[];
}

interface AttentionNetworkParams {
  readonly enter: StackLayer;
  /** `[positions, width]`: what tells positions apart. */
  readonly positions: Tensor;
  readonly blocks: readonly Block[];
  readonly after: LayerNormParams;
  readonly leave: StackLayer;
}

const layout = (inputs: number, outputs: number) => ({ weight: leaf([inputs, outputs]), bias: leaf([outputs]) });
const start = (inputs: number, outputs: number, gain: number, seed: Seed): StackLayer => ({
  weight: mul(normal([inputs, outputs], seed), gain / Math.sqrt(inputs)),
  bias: zeros([outputs]),
});

/**
 * A transformer of the pixels of an image (Vaswani et al. 2017; with the normalisation in front, as Xiong et al. 2020): every pixel sees all others, by blocks of self-attention and of two
 * dense layers that add to what they are given. The last layer starts at zero. A context as `convolutional` takes it. The cost grows with the square of the number of pixels.
 */
export const attention: Definition<'network', typeof schema> = /* @__PURE__ */ defineNetwork({
  type: '@diffeo/networks/attention',
  version: 1,
  schema,
  build:
    ({ width, heads, blocks, activation }, site) =>
    (inputShape, outputShape): Network<AttentionNetworkParams> => {
      const { input, output, context } = imageNetwork(site, inputShape, outputShape);
      if (width % heads !== 0) site.fail(`${heads} heads must divide the width ${width}`);
      const positions = input[0] * input[1];
      const inputs = input[2] + (context?.count ?? 0);
      const norm = layerNorm(width);
      const run = (h: Tensor, layers: readonly StackLayer[]): Tensor => {
        const [batch] = h.shape as [number];
        const rows = denseStack(reshape(h, [batch * positions, h.size / (batch * positions)]), layers, {
          ...{ activation, residual: false },
        });
        return reshape(rows, [batch, positions, rows.shape[1] as number]);
      };
      return {
        ...{ inputShape, outputShape, contextShape: site.contextShape },
        layout: {
          enter: layout(inputs, width),
          positions: leaf([positions, width]),
          blocks: Array.from({ length: blocks }, () => ({
            before: norm.layout,
            attention: { project: layout(width, 3 * width), gather: layout(width, width) },
            between: norm.layout,
            layers: [layout(width, 2 * width), layout(2 * width, width)],
          })),
          after: norm.layout,
          leave: layout(width, output[2]),
        },
        init: (seed) => ({
          enter: start(inputs, width, 1, fold(seed, 'enter')),
          positions: mul(normal([positions, width], fold(seed, 'positions')), 0.1),
          blocks: Array.from({ length: blocks }, (_, i): Block => {
            const own = (name: string): Seed => fold(fold(seed, i), name);
            return {
              before: norm.init(),
              attention: {
                project: start(width, 3 * width, 1, own('project')),
                gather: start(width, width, 0.1, own('gather')),
              },
              between: norm.init(),
              layers: [start(width, 2 * width, Math.SQRT2, own('first')), start(2 * width, width, 0.1, own('second'))],
            };
          }),
          after: norm.init(),
          leave: start(width, output[2], 0, fold(seed, 'leave')),
        }),
        apply: (params, x, call) => {
          const batch = x.shape[0] as number;
          if (batch === 0) return zeros([0, ...output]);
          const given = call.context && context ? concat([x, context.of(call.context)], 3) : x;
          let h = add(run(given, [params.enter]), params.positions);
          for (const block of params.blocks) {
            h = add(h, selfAttention(block.attention, norm.apply(block.before, h), heads));
            h = add(h, run(norm.apply(block.between, h), block.layers));
          }
          return reshape(run(norm.apply(params.after, h), [params.leave]), [batch, ...output]);
        },
      };
    },
});
