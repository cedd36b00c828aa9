import { numberBetween, oneOf, required, requireOptions, wholeNumber } from '@diffeo/core/arguments';
import { type Activation, activationNames } from '../networks/imported-network.ts';

/** What a state dict of zuko does not say. */
export interface ZukoRecipe {
  readonly library: 'zuko';
  /** How many transforms the flow has. */
  readonly transforms: number;
  /** Of all networks. zuko's default is relu. */
  readonly activation?: Activation;
  /** The least slope, as in zuko. Default 1e-3. */
  readonly slope?: number;
  /** Of splines. Default 5, which zuko's `NSF` has always. */
  readonly bound?: number;
}

/** Throws `CONFIG` for a recipe that cannot be meant. */
export function requireZukoRecipe(recipe: ZukoRecipe): void {
  requireOptions<ZukoRecipe>('the recipe', recipe, {
    library: required(oneOf('zuko')),
    transforms: required(wholeNumber({ from: 1, to: 65536 })),
    activation: oneOf(...activationNames),
    slope: numberBetween(1e-8, 0.5),
    bound: numberBetween(1e-3, 1e6),
  });
}
