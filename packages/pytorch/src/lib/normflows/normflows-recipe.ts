import {
  numberBetween,
  oneOf,
  required,
  requireOptions,
  share,
  trueOrFalse,
  wholeNumber,
} from '@diffeo/core/arguments';
import { type Activation, activationNames } from '../networks/imported-network.ts';

/** What a state dict of normflows does not say. */
export interface NormflowsRecipe {
  readonly library: 'normflows';
  /** How many flows the model has: `len(model.flows)`. */
  readonly flows: number;
  /** Of all networks. normflows' default is relu, as is its `MLP` with `leaky=0`. */
  readonly activation?: Activation;
  /** Of splines. normflows' default is 3. */
  readonly tailBound?: number;
  /** Of `AffineCouplingBlock`: `exp`, normflows' default, or `sigmoid_inv`. */
  readonly scaleMap?: 'exp' | 'sigmoid_inv';
  /** Of `AffineCouplingBlock`: which half stays. normflows' default is channel, the first. */
  readonly splitMode?: 'channel' | 'channel_inv';
  /** Whether flows without tensors are `Permute(…, mode='swap')`. Default false: they are refused. */
  readonly swaps?: boolean;
  /** Of the diagonal of `LULinearPermute`. Default 1e-3, as in normflows. */
  readonly eps?: number;
}

/** Throws `CONFIG` for a recipe that cannot be meant. */
export function requireNormflowsRecipe(recipe: NormflowsRecipe): void {
  requireOptions<NormflowsRecipe>('the recipe', recipe, {
    library: required(oneOf('normflows')),
    flows: required(wholeNumber({ from: 1, to: 65536 })),
    activation: oneOf(...activationNames),
    tailBound: numberBetween(1e-3, 1e6),
    scaleMap: oneOf('exp', 'sigmoid_inv'),
    splitMode: oneOf('channel', 'channel_inv'),
    swaps: trueOrFalse,
    eps: share,
  });
}
