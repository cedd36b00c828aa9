import {
  either,
  listOf,
  numberBetween,
  oneOf,
  required,
  requireOptions,
  share,
  trueOrFalse,
  wholeNumber,
} from '@diffeo/core/arguments';
import { type Activation, activationNames } from '../networks/imported-network.ts';
import { imageShape } from '../recipe/image-shape.ts';

/** What a state dict of normflows does not say. */
export interface NormflowsRecipe {
  readonly library: 'normflows';
  /** How many flows the model has: `len(model.flows)`; of a `MultiscaleFlow` how many each level has: `[len(level) for level in model.flows]`. */
  readonly flows: number | readonly number[];
  /** Of all networks. normflows' default is relu, as is its `MLP` with `leaky=0`. */
  readonly activation?: Activation;
  /** Of splines. normflows' default is 3. */
  readonly tailBound?: number;
  /** Of `AffineCouplingBlock`, normflows' default is `exp`; of `GlowBlock`, `sigmoid`. */
  readonly scaleMap?: 'exp' | 'sigmoid' | 'sigmoid_inv';
  /** Of `AffineCouplingBlock` and `GlowBlock`: which half stays. normflows' default is channel, the first. */
  readonly splitMode?: 'channel' | 'channel_inv';
  /** Whether flows without tensors are `Permute(…, mode='swap')`. Default false: they are refused. */
  readonly swaps?: boolean;
  /** Of a `MultiscaleFlow`: channels, height and width of its images. */
  readonly inputShape?: readonly [channels: number, height: number, width: number];
  /** Whether flows without tensors of a `MultiscaleFlow` are `Squeeze`. Default false: they are refused. */
  readonly squeezes?: boolean;
  /** `logscale_factor` of `GlowBase`. Default 3, as in normflows. */
  readonly logscaleFactor?: number;
  /** Of the diagonal of `LULinearPermute`. Default 1e-3, as in normflows. */
  readonly eps?: number;
}

const count = wholeNumber({ from: 1, to: 65536 });

/** Throws `CONFIG` for a recipe that cannot be meant. */
export function requireNormflowsRecipe(recipe: NormflowsRecipe): void {
  requireOptions<NormflowsRecipe>('the recipe', recipe, {
    library: required(oneOf('normflows')),
    flows: required(either(count, listOf(count))),
    activation: oneOf(...activationNames),
    tailBound: numberBetween(1e-3, 1e6),
    scaleMap: oneOf('exp', 'sigmoid', 'sigmoid_inv'),
    splitMode: oneOf('channel', 'channel_inv'),
    swaps: trueOrFalse,
    inputShape: imageShape,
    squeezes: trueOrFalse,
    logscaleFactor: numberBetween(0, 100),
    eps: share,
  });
}
