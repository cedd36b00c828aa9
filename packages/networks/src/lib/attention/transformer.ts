import { fold, leaf, normal, type Seed, type StackLayer } from '@diffeo/core';
import { denseStack } from '@diffeo/ops';
import { add, mul, reshape, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { type LayerNormParams, layerNorm } from '../residual/layer-norm.ts';
import type { AttentionParams } from './self-attention.ts';

interface Block {
  readonly before: LayerNormParams;
  readonly attention: AttentionParams;
  readonly between: LayerNormParams;
  readonly layers: readonly StackLayer[];
}

/** The parameters of a transformer. */
export interface TransformerParams {
  readonly enter: StackLayer;
  /** `[positions, width]`: what tells positions apart. */
  readonly positions: Tensor;
  readonly blocks: readonly Block[];
  readonly after: LayerNormParams;
  readonly leave: StackLayer;
}

interface TransformerSizes {
  /** Numbers at each position, on the way in and out. */
  readonly inputs: number;
  readonly outputs: number;
  readonly positions: number;
  readonly width: number;
  readonly blocks: number;
  readonly activation: 'relu' | 'tanh' | 'elu' | 'sigmoid';
}

/** A dense layer's layout. */
export const denseLayout = (inputs: number, outputs: number) => ({
  weight: leaf([inputs, outputs]),
  bias: leaf([outputs]),
});

/** A dense layer's start. */
export const denseStart = (inputs: number, outputs: number, gain: number, seed: Seed): StackLayer => ({
  weight: mul(normal([inputs, outputs], seed), gain / Math.sqrt(Math.max(1, inputs))),
  bias: zeros([outputs]),
});

/**
 * A transformer (Vaswani et al. 2017; with the normalisation in front, as Xiong et al. 2020): blocks of attention and of two dense
 * layers, each of which adds to what it is given. Who attends to whom is the caller's. The last layer starts at zero.
 */
export function transformer({ inputs, outputs, positions, width, blocks, activation }: TransformerSizes) {
  const norm = layerNorm(width);
  /** Dense layers at every position of `h` `[batch, positions, …]`. */
  const run = (h: Tensor, layers: readonly StackLayer[]): Tensor => {
    const [batch, count, size] = h.shape as [number, number, number];
    const rows = denseStack(reshape(h, [batch * count, size]), layers, { activation, residual: false });
    return reshape(rows, [batch, count, rows.shape[1] as number]);
  };
  return {
    run,
    layout: {
      enter: denseLayout(inputs, width),
      positions: leaf([positions, width]),
      blocks: Array.from({ length: blocks }, () => ({
        before: norm.layout,
        attention: { project: denseLayout(width, 3 * width), gather: denseLayout(width, width) },
        between: norm.layout,
        layers: [denseLayout(width, 2 * width), denseLayout(2 * width, width)],
      })),
      after: norm.layout,
      leave: denseLayout(width, outputs),
    },
    init: (seed: Seed): TransformerParams => ({
      enter: denseStart(inputs, width, 1, fold(seed, 'enter')),
      positions: mul(normal([positions, width], fold(seed, 'positions')), 0.1),
      blocks: Array.from({ length: blocks }, (_, i): Block => {
        const own = (name: string): Seed => fold(fold(seed, i), name);
        return {
          before: norm.init(),
          attention: {
            project: denseStart(width, 3 * width, 1, own('project')),
            gather: denseStart(width, width, 0.1, own('gather')),
          },
          between: norm.init(),
          layers: [
            denseStart(width, 2 * width, Math.SQRT2, own('first')),
            denseStart(2 * width, width, 0.1, own('second')),
          ],
        };
      }),
      after: norm.init(),
      leave: denseStart(width, outputs, 0, fold(seed, 'leave')),
    }),
    /** What entered, `[batch, positions, width]`, through all blocks and the last layer. */
    through: (
      params: TransformerParams,
      entered: Tensor,
      attend: (own: AttentionParams, h: Tensor, block: number) => Tensor,
    ) => {
      let h = entered;
      for (const [i, block] of params.blocks.entries()) {
        h = add(h, attend(block.attention, norm.apply(block.before, h), i));
        h = add(h, run(norm.apply(block.between, h), block.layers));
      }
      return run(norm.apply(params.after, h), [params.leave]);
    },
  };
}
