import {
  either,
  numberBetween,
  type OptionChecks,
  oneOf,
  record,
  required,
  requireOptions,
  share,
  wholeNumber,
} from '@diffeo/core/arguments';
import type { affine } from '@diffeo/ops';
import { type Activation, activationNames } from '../networks/imported-network.ts';

/** What a state dict of nflows does not say. Names are those of its constructors, in camel case. */
export interface NflowsRecipe {
  readonly library: 'nflows';
  /** How many transforms the flow's `CompositeTransform` lists: `len(flow._transform._transforms)`. One without tensors leaves no trace in the file. */
  readonly transforms: number;
  /** Of all networks; needed where there is one. nflows' default is relu. */
  readonly activation?: Activation;
  /** Of splines with linear tails; needed where there is one. nflows' default is 1. */
  readonly tailBound?: number;
  /**
   * Of affine couplings: `default` is sigmoid(a + 2) + 1e-3, `general` softplus(a) + 1e-3, cut off at 3. A function of your own is said by the
   * options of `affine()` of `@diffeo/ops`, such as `{ scale: 'exp' }`. Needed where there is one.
   */
  readonly scaleActivation?: 'default' | 'general' | Parameters<typeof affine>[0];
  /** Default 1e-3, as in nflows; so are the next two. */
  readonly minBinWidth?: number;
  readonly minBinHeight?: number;
  readonly minDerivative?: number;
  /** Of `LULinear` and `SVDLinear`. Default 1e-3, as in nflows. */
  readonly eps?: number;
  /** Of `BatchNorm` between transforms. Default 1e-5, as in nflows. */
  readonly batchNormEps?: number;
  /** What is otherwise for one transform, by its place in the list from 0: `{ '4': { activation: 'tanh' } }`. */
  readonly at?: Readonly<Record<string, Omit<NflowsRecipe, 'library' | 'transforms' | 'at'>>>;
}

const ownChecks: OptionChecks<Omit<NflowsRecipe, 'library' | 'transforms' | 'at'>> = {
  activation: oneOf(...activationNames),
  tailBound: numberBetween(1e-3, 1e6),
  scaleActivation: either(oneOf('default', 'general'), record),
  minBinWidth: share,
  minBinHeight: share,
  minDerivative: share,
  eps: share,
  batchNormEps: share,
};

/** Throws `CONFIG` for a recipe that cannot be meant. */
export function requireNflowsRecipe(recipe: NflowsRecipe): void {
  requireOptions<NflowsRecipe>('the recipe', recipe, {
    ...ownChecks,
    library: required(oneOf('nflows')),
    transforms: required(wholeNumber({ from: 1, to: 65536 })),
    at: record,
  });
  for (const [place, own] of Object.entries(recipe.at ?? {})) requireOptions(`the recipe at ${place}`, own, ownChecks);
}
