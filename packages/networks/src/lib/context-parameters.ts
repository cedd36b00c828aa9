import { type Call, type Layout, leaf, type Seed, type Site, type Spec } from '@diffeo/core';
import { add, reshape, slice, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { buildConditioner, type ConditionerParams } from './conditioner.ts';

/** The parameters of a layer: its own, and those of the network that adds to them by the context, where there is one. */
export interface ContextParams {
  /** `[count]` */
  readonly own: Tensor;
  readonly byContext?: ConditionerParams;
}

/** What a layer's map is made of, by name: how many numbers each part has. */
type Sizes = Readonly<Record<string, number>>;

/** The parameters of a layer that may depend on the context, and on nothing else. */
export interface ContextParameters<S extends Sizes> {
  readonly contextShape: Site['contextShape'];
  readonly layout: Layout<ContextParams>;
  /** @param own `[count]`, the parts one after another: what they are at first, where a context doesn't change them */
  init(own: Tensor, seed: Seed): ContextParams;
  /** Each part, `[1, size]`, or `[batch, size]` where there is a context. */
  parts(params: ContextParams, batch: number, call: Call): { readonly [Name in keyof S]: Tensor };
}

/** Learned numbers, and, where there is a context, what a network of it adds to them for each row: amortised, as in Rezende & Mohamed 2015. */
export function contextParameters<S extends Sizes>(
  conditioner: Spec<'network'>,
  site: Site,
  sizes: S,
): ContextParameters<S> {
  const count = Object.values(sizes).reduce((total, size) => total + size, 0);
  const network = site.contextShape ? buildConditioner(conditioner, site, [0], [count]) : null;
  return {
    contextShape: site.contextShape,
    layout: { own: leaf([count]), ...(network && { byContext: network.layout }) },
    init: (own, seed) => ({ own, ...(network && { byContext: network.init(seed) }) }),
    parts: ({ own, byContext }, batch, call) => {
      const row = reshape(own, [1, count]);
      const all = network ? add(row, network.apply(byContext as ConditionerParams, zeros([batch, 0]), call)) : row;
      let begin = 0;
      const parts = Object.entries(sizes).map(([name, size]) => {
        begin += size;
        return [name, slice(all, [0, begin - size], [all.shape[0] as number, size])] as const;
      });
      return Object.fromEntries(parts) as { [Name in keyof S]: Tensor };
    },
  };
}
