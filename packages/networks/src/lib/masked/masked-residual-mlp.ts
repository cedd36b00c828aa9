import {
  type Definition,
  defineNetwork,
  fold,
  leaf,
  type Network,
  normal,
  type Seed,
  type Shape,
  type Site,
  type StackLayer,
  sizeOf,
} from '@diffeo/core';
import { activations, denseStack, type LayerDegrees } from '@diffeo/ops';
import { add, concat, mul, reshape, type Tensor, zeros } from '@tensorflow/tfjs-core';
import {
  array,
  boolean,
  type InferOutput,
  integer,
  maxValue,
  minValue,
  number,
  optional,
  picklist,
  pipe,
  strictObject,
} from 'valibot';
import { activationEntry, widthEntry } from '../entries.ts';
import { type Degrees, hiddenDegrees, inputDegrees, outputDegrees, wrongDegrees } from './degrees.ts';
import { holdSequence, placesOf, sequenceEntry, sequenceOf } from './sequence.ts';

const schema = strictObject({
  /** How many numbers pass from block to block; at least as many as there are inputs, or some are unseen. Default 64. */
  width: optional(widthEntry, 64),
  /** Default 2. */
  blocks: optional(pipe(number(), integer(), minValue(0), maxValue(500)), 2),
  /** Default `relu`. */
  activation: optional(activationEntry, 'relu'),
  /** Whether the activation comes before the first layer of a block too. Default false. */
  preactivation: optional(boolean(), false),
  /**
   * Where the context enters: joined to the input (`join`), or by a layer and the activation added to what enters the blocks, and by a
   * layer of its own in each of them (`blocks`). Default `join`.
   */
  context: optional(picklist(['join', 'blocks']), 'join'),
  /** How large the last layer's weights start. Default 0.01. */
  outputScale: optional(pipe(number(), minValue(0), maxValue(1)), 1e-2),
  sequence: sequenceEntry,
  /** The degree of each of the `width` units, as in `maskedMlp`. Default: all degrees, shared evenly. */
  degrees: optional(array(pipe(number(), integer(), minValue(-1)))),
});

/** The layers that masks are for. */
type Masked = 'enter' | 'inside' | 'leave';

type Sides = readonly [inputs: number, outputs: number];

interface Block {
  readonly layers: readonly [StackLayer, StackLayer];
  readonly context?: StackLayer;
}

interface MaskedResidualParams {
  readonly enter: StackLayer;
  readonly context?: StackLayer;
  readonly blocks: readonly Block[];
  readonly leave: StackLayer;
}

function build(config: InferOutput<typeof schema>, site: Site, inputShape: Shape, outputShape: Shape) {
  const { contextShape, fail } = site;
  const { width, blocks, activation } = config;
  const [size, outputs, contexts] = [sizeOf(inputShape), sizeOf(outputShape), contextShape ? sizeOf(contextShape) : 0];
  if (size === 0 || outputs % size !== 0) {
    fail(`a masked network returns so many numbers for each input; ${size} inputs cannot have ${outputs} outputs`);
  }
  holdSequence(config.sequence, size, fail);
  const wrong = config.degrees && wrongDegrees(config.degrees, width, size);
  if (wrong) fail(wrong);
  const joined = config.context === 'join' ? contexts : 0;
  const inBlocks = config.context === 'blocks' && contexts > 0;
  let known: { readonly sequence: Int32Array; readonly degrees: Readonly<Record<Masked, [LayerDegrees]>> } | null =
    null;
  /** The degrees of the layers in front of, inside and behind the blocks; made when first needed, for a file may ask for any size. */
  const made = () => {
    if (known) return known;
    const sequence = sequenceOf(config.sequence, size);
    const places = placesOf(sequence);
    const own: Degrees = Int32Array.from(config.degrees ?? hiddenDegrees(width, size, contexts > 0));
    known = {
      sequence,
      degrees: {
        enter: [{ inputs: inputDegrees(places, joined, 1), outputs: own }],
        inside: [{ inputs: own, outputs: own }],
        leave: [{ inputs: own, outputs: outputDegrees(places, outputs / size) }],
      },
    };
    return known;
  };
  const shapes: Readonly<Record<Masked | 'context', Sides>> = {
    ...{ enter: [size + joined, width], inside: [width, width], leave: [width, outputs], context: [contexts, width] },
  };
  const layoutOf = ([from, to]: Sides) => ({ weight: leaf([from, to]), bias: leaf([to]) });
  const start = ([from, to]: readonly [number, number], gain: number, seed: Seed): StackLayer => ({
    weight: mul(normal([from, to], seed), gain / Math.sqrt(Math.max(1, from))),
    bias: zeros([to]),
  });
  const each = <T>(make: (block: number) => T): T[] => Array.from({ length: blocks }, (_, block) => make(block));
  const run = (x: Tensor, layer: StackLayer, which?: Masked): Tensor =>
    denseStack(x, [layer], { activation, residual: false, ...(which && { degrees: made().degrees[which] }) });
  const { apply: activate } = activations[activation];

  const network: Network<MaskedResidualParams> = {
    ...{ inputShape, outputShape, contextShape },
    autoregressive: { sequence: () => made().sequence },
    layout: {
      enter: layoutOf(shapes.enter),
      ...(inBlocks && { context: layoutOf(shapes.context) }),
      blocks: each(() => ({
        layers: [layoutOf(shapes.inside), layoutOf(shapes.inside)],
        ...(inBlocks && { context: layoutOf(shapes.context) }),
      })),
      leave: layoutOf(shapes.leave),
    },
    init: (seed) => ({
      enter: start(shapes.enter, 1, fold(seed, 'enter')),
      ...(inBlocks && { context: start(shapes.context, 1, fold(seed, 'context')) }),
      blocks: each((block) => {
        const own = fold(seed, block);
        return {
          layers: [start(shapes.inside, Math.SQRT2, fold(own, 0)), start(shapes.inside, 0, fold(own, 1))] as const,
          ...(inBlocks && { context: start(shapes.context, 1, fold(own, 'context')) }),
        };
      }),
      leave: start(shapes.leave, config.outputScale, fold(seed, 'leave')),
    }),
    apply: (params, x, { context }) => {
      const batch = x.shape[0] as number;
      const rows = reshape(x, [batch, size]);
      const given = contexts > 0 && context ? reshape(context, [batch, contexts]) : null;
      let h = run(joined && given ? concat([rows, given], 1) : rows, params.enter, 'enter');
      if (params.context && given) h = add(h, activate(run(given, params.context)));
      for (const block of params.blocks) {
        const [first, second] = block.layers;
        let inside = run(config.preactivation ? activate(h) : h, first, 'inside');
        if (block.context && given) inside = add(inside, run(given, block.context));
        h = add(h, run(activate(inside), second, 'inside'));
      }
      return reshape(run(h, params.leave, 'leave'), [batch, ...outputShape]);
    },
  };
  return network;
}

/**
 * MADE (Germain et al. 2015) with residual blocks, for autoregressive layers (Durkan et al. 2019, §B.1): a masked layer, blocks of two masked
 * layers each that add to what they are given, and a masked layer. What its outputs depend on is as in `maskedMlp`.
 *
 * @throws DiffeoError `SHAPE`, when the flow is built, where sequence or degrees do not fit.
 */
export const maskedResidualMlp: Definition<'network', typeof schema> = /* @__PURE__ */ defineNetwork({
  type: '@diffeo/networks/masked-residual-mlp',
  version: 1,
  schema,
  build: (config, site) => (inputShape, outputShape) => build(config, site, inputShape, outputShape),
});
