import { fold, leaf, normal, type Seed, type Shape, type StackLayer } from '@diffeo/core';
import { type ActivationName, activations } from '@diffeo/ops';
import { add, mul, sigmoid, type Tensor, zeros } from '@tensorflow/tfjs-core';
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
  /** What opens and shuts the block, by the context. */
  readonly gate?: StackLayer;
}

interface ResidualShapes {
  /** The weight of the layer in front of the blocks, of the two in each block, and of the one behind them. */
  readonly enter: Shape;
  readonly inside: readonly [Shape, Shape];
  readonly leave: Shape;
  readonly blocks: number;
  readonly width: number;
  readonly normalised: boolean;
  /** Whether the activation comes before the first layer of a block too. */
  readonly preactivation?: ActivationName | null;
  /** The weight of each block's gate. */
  readonly gate?: Shape | null;
  /** How large the weights of the last layer start, beside He et al.'s. */
  readonly outputScale: number;
  /** Layers one after another, with the activation between them. */
  run(x: Tensor, layers: readonly StackLayer[]): Tensor;
}

/**
 * Blocks that add to what they are given (He et al. 2016, "Identity mappings in deep residual networks"): h ← h + W₂·a(W₁·norm(h)), between a linear layer in front and
 * one behind. The second layer of a block starts at 0: the network starts as a linear map, however deep it is.
 *
 * With a gate, what a block adds is multiplied by sigmoid(G·context + g) (Dauphin et al. 2017, "Gated linear units"). With preactivation,
 * a block is W₂·a(W₁·a(norm(h))).
 */
export function residualBlocks(shapes: ResidualShapes) {
  const { blocks, normalised, preactivation = null, gate = null, run } = shapes;
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
      blocks: each(() => ({
        ...(normalised && { norm: norm.layout }),
        layers: [layout(first), layout(second)],
        ...(gate && { gate: layout(gate) }),
      })),
      leave: layout(shapes.leave),
    },
    init: (seed: Seed): ResidualParams => ({
      enter: start(shapes.enter, 1, fold(seed, 'enter')),
      blocks: each((block) => ({
        ...(normalised && { norm: norm.init() }),
        layers: [start(first, Math.SQRT2, fold(seed, block)), start(second, 0, fold(seed, block))],
        ...(gate && { gate: start(gate, 1, fold(fold(seed, block), 'gate')) }),
      })),
      leave: start(shapes.leave, shapes.outputScale, fold(seed, 'leave')),
    }),
    /** @param context of a gate, as its layer takes it */
    apply: (params: ResidualParams, x: Tensor, context: Tensor | null = null): Tensor => {
      let h = run(x, [params.enter]);
      for (const block of params.blocks) {
        const normal = block.norm ? norm.apply(block.norm, h) : h;
        const entering = preactivation ? activations[preactivation].apply(normal) : normal;
        const found = run(entering, block.layers);
        h = add(h, block.gate && context ? mul(found, sigmoid(run(context, [block.gate]))) : found);
      }
      return run(h, [params.leave]);
    },
  };
}
