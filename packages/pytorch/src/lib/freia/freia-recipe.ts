import { numberBetween, oneOf, required, requireOptions, wholeNumber } from '@diffeo/core/arguments';
import { type Activation, activationNames } from '../networks/imported-network.ts';

/** What a state dict of FrEIA does not say. */
export interface FreiaRecipe {
  readonly library: 'FrEIA';
  /** How many modules the `SequenceINN` has: `len(inn.module_list)`. */
  readonly modules: number;
  /** Of all subnets. */
  readonly activation?: Activation;
  /** Of coupling blocks, `affine_clamping` of `AllInOneBlock`. FrEIA's default is 2. */
  readonly clamp?: number;
  /** Of coupling blocks. FrEIA's default is ATAN. */
  readonly clampActivation?: 'ATAN' | 'TANH' | 'SIGMOID';
  /** Of `AllInOneBlock`. FrEIA's default is SOFTPLUS. */
  readonly globalAffineType?: 'SIGMOID' | 'SOFTPLUS' | 'EXP';
}

/** Throws `CONFIG` for a recipe that cannot be meant. */
export function requireFreiaRecipe(recipe: FreiaRecipe): void {
  requireOptions<FreiaRecipe>('the recipe', recipe, {
    library: required(oneOf('FrEIA')),
    modules: required(wholeNumber({ from: 1, to: 65536 })),
    activation: oneOf(...activationNames),
    clamp: numberBetween(0.01, 20),
    clampActivation: oneOf('ATAN', 'TANH', 'SIGMOID'),
    globalAffineType: oneOf('SIGMOID', 'SOFTPLUS', 'EXP'),
  });
}
