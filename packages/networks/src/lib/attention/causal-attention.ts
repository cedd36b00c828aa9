import { type Definition, defineNetwork, type Network, type Shape, type Site, sizeOf } from '@diffeo/core';
import { add, concat, mul, reshape, slice, split, sub, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { boolean, type InferOutput, integer, maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { transformerEntries } from './attention.ts';
import { type ContextParams, contextAdded } from './context-added.ts';
import { nextAttention, selfAttention } from './self-attention.ts';
import { type TransformerParams, transformer } from './transformer.ts';

const schema = strictObject({
  ...transformerEntries,
  /** How many inputs, one behind the other, make a position: the pixels of a patch. Default 1. */
  patch: optional(pipe(number(), integer(), minValue(1), maxValue(65536)), 1),
  /** The last position comes first. Default false. */
  reverse: optional(boolean(), false),
  /** In training, of which part of the rows the context is hidden, so that `guidance` has something to go by. Default 0. */
  dropContext: optional(pipe(number(), minValue(0), maxValue(0.9)), 0),
  /**
   * How much further than the context says to go away from what would be said without it (Ho & Salimans 2021): outputs are
   * (1 + guidance)·with − guidance·without. For samples, with parameters that were trained at 0. Default 0.
   */
  guidance: optional(pipe(number(), minValue(0), maxValue(100)), 0),
});

interface CausalParams extends TransformerParams, ContextParams {}

function build(
  config: InferOutput<typeof schema>,
  site: Site,
  inputShape: Shape,
  outputShape: Shape,
): Network<CausalParams> {
  const { width, heads, blocks, activation, patch, reverse, guidance } = config;
  const [size, outputs] = [sizeOf(inputShape), sizeOf(outputShape)];
  if (width % heads !== 0) site.fail(`${heads} heads must divide the width ${width}`);
  if (size === 0 || size % patch !== 0)
    site.fail(`patches of ${patch} numbers must divide the ${size} numbers of an event`);
  if (outputs % size !== 0)
    site.fail(`a causal network returns so many numbers for each input; ${size} inputs cannot have ${outputs} outputs`);
  if (guidance > 0 && !site.contextShape) site.fail('guidance goes by a context, and this flow has none');
  const [count, groups] = [size / patch, outputs / size];
  const made = transformer({ inputs: patch, outputs: groups * patch, positions: count, width, blocks, activation });
  const context = contextAdded(site.contextShape, width, config.dropContext);
  /** Rows twice, first those that are told the context. */
  const guided = guidance > 0;
  const twice = (x: Tensor): Tensor => (guided ? concat([x, x], 0) : x);
  const combined = (x: Tensor): Tensor => {
    if (!guided) return x;
    const [told, untold] = split(x, 2, 0) as [Tensor, Tensor];
    return add(told, mul(sub(told, untold), guidance));
  };
  const mask = (): Tensor =>
    tensor2d(
      Float32Array.from({ length: count * count }, (_, k) => {
        const [query, key] = [Math.floor(k / count), k % count];
        return (reverse ? key >= query : key <= query) ? 0 : -1e9;
      }),
      [count, count],
    );
  const place = (turn: number): number => (reverse ? count - 1 - turn : turn);
  const enter = (params: CausalParams, tokens: Tensor): Tensor => made.run(tokens, [params.enter]);
  return {
    ...{ inputShape, outputShape, contextShape: site.contextShape },
    layout: { ...made.layout, ...context.layout },
    init: (seed) => ({ ...made.init(seed), ...context.init(seed) }),
    autoregressive: {
      sequence: () => Int32Array.from({ length: size }, (_, k) => place(Math.floor(k / patch)) * patch + (k % patch)),
      turns: {
        groups: () => Array.from({ length: count }, (_, turn) => ({ begin: place(turn) * patch, count: patch })),
        begin: (params, batch, call) => [context.of(params, batch, call, guided)],
        next: (params, [added, ...seen], turn, known) => {
          const position = slice(params.positions, [place(turn), 0], [1, width]);
          const told = add(added as Tensor, position);
          const rows = known && reshape(known, [known.shape[0] as number, 1, patch]);
          const kept: Tensor[] = [];
          const left = made.through(params, rows ? add(enter(params, twice(rows)), told) : told, (own, h, block) => {
            const [keys, values] = [seen[2 * block], seen[2 * block + 1]];
            const found = nextAttention(own, h, heads, keys && values ? { keys, values } : null);
            kept.push(found.seen.keys, found.seen.values);
            return found.value;
          });
          const raw = combined(left);
          return [reshape(raw, [raw.shape[0] as number, groups * patch]), [added as Tensor, ...kept]];
        },
      },
    },
    apply: (params, x, call) => {
      const batch = x.shape[0] as number;
      if (batch === 0) return zeros([0, ...outputShape]);
      const told = add(context.of(params, batch, call, guided), params.positions);
      const nothing = zeros([guided ? 2 * batch : batch, 1, width]);
      // Each position is told what the one before it holds, and the first nothing.
      const before = slice(reshape(x, [batch, count, patch]), [0, reverse ? 1 : 0, 0], [batch, count - 1, patch]);
      const seen = count > 1 ? [enter(params, twice(before))] : [];
      const entered = add(concat(reverse ? [...seen, nothing] : [nothing, ...seen], 1), told);
      const hidden = mask();
      const left = combined(made.through(params, entered, (own, h) => selfAttention(own, h, heads, hidden)));
      const grouped = split(left, groups, 2).map((group) => reshape(group, [batch, size]));
      return reshape(concat(grouped, 1), [batch, ...outputShape]);
    },
  };
}

/**
 * A causal transformer, the conditioner of TarFlow (Zhai et al. 2024, "Normalizing flows are capable generative models", §3.1), for
 * autoregressive layers: each patch of `patch` inputs is told of the patches before it, by attention that does not look ahead, and
 * of all of the context. Patches are found one after another with keys and values kept, all together at the cost of one pass.
 * The last layer starts at zero.
 *
 * @throws DiffeoError `SHAPE`, when the flow is built, where patches do not divide an event, or guidance has no context to go by.
 */
export const causalAttention: Definition<'network', typeof schema> = /* @__PURE__ */ defineNetwork({
  type: '@diffeo/networks/causal-attention',
  version: 1,
  schema,
  build: (config, site) => (inputShape, outputShape) => build(config, site, inputShape, outputShape),
});
