import { fold, leaf, normal, type Seed, type Shape, type StackLayer } from '@diffeo/core';
import { add, mul, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { type LayerNormParams, layerNorm } from './layer-norm.ts';

/** The parameters of a network of residual blocks. */
export interface ResidualParams {
  readonly enter: StackLayer;
  readonly blocks: readonly ResidualBlock[];
  readonly leave: StackLayer;
}

interface ResidualBlock {
  readonly norm?: LayerNormParams;
  readonly layers: readonly StackLayer[];
}

interface ResidualShapes {
  /** The weight of the layer in front of the blocks, of the two in each block, and of the one behind them. */
  readonly enter: Shape;
  readonly inside: readonly [Shape, Shape];
  readonly leave: Shape;
  readonly blocks: number;
  readonly width: number;
  readonly normalised: boolean;
  /** How large the weights of the last layer start, beside He et al.'s. */
  readonly outputScale: number;
  /** Layers one after another, with the activation between them. */
  run(x: Tensor, layers: readonly StackLayer[]): Tensor;
}

/**
 * Blocks that add to what they are given (He et al. 2016, "Identity mappings in deep residual networks"): h ← h + W₂·a(W₁·norm(h)), between a linear layer in front and
 * one behind. The second layer of a block starts at 0: the network starts as a linear map, however deep it is.
 */
export function residualBlocks(shapes: ResidualShapes) {
  const { blocks, normalised, run } = shapes;
  const norm = layerNorm(shapes.width);
  const layout = (shape: Shape) => ({ weight: leaf(shape), bias: leaf([shape.at(-1) as number]) });
  const start = (shape: Shape, gain: number, seed: Seed): StackLayer => {
    const inside = shape.slice(0, -1).reduce((product, side) => product * side, 1);
    return {
      weight: mul(normal(shape, seed), gain / Math.sqrt(Math.max(1, inside))),
      bias: zeros([shape.at(-1) as number]),
    };
  };
  const [first, second] = shapes.inside;
  const each = <T>(make: (block: number) => T): T[] => Array.from({ length: blocks }, (_, block) => make(block));
  return {
    layout: {
      enter: layout(shapes.enter),
      blocks: each(() => ({ ...(normalised && { norm: norm.layout }), layers: [layout(first), layout(second)] })),
      leave: layout(shapes.leave),
    },
    init: (seed: Seed): ResidualParams => ({
      enter: start(shapes.enter, 1, fold(seed, 'enter')),
      blocks: each((block) => ({
        ...(normalised && { norm: norm.init() }),
        layers: [start(first, Math.SQRT2, fold(seed, block)), start(second, 0, fold(seed, block))],
      })),
      leave: start(shapes.leave, shapes.outputScale, fold(seed, 'leave')),
    }),
    apply: (params: ResidualParams, x: Tensor): Tensor => {
      let h = run(x, [params.enter]);
      for (const block of params.blocks) h = add(h, run(block.norm ? norm.apply(block.norm, h) : h, block.layers));
      return run(h, [params.leave]);
    },
  };
}
