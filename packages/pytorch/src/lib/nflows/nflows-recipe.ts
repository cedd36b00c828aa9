import {
  either,
  numberBetween,
  type OptionCheck,
  type OptionChecks,
  oneOf,
  record,
  required,
  requireOptions,
  share,
  trueOrFalse,
  wholeNumber,
} from '@diffeo/core/arguments';
import type { affine } from '@diffeo/ops';
import { type Activation, activationNames } from '../networks/imported-network.ts';
import { imageShape } from '../recipe/image-shape.ts';

/** What a state dict of nflows does not say. Names are those of its constructors, in camel case. */
export interface NflowsRecipe {
  readonly library: 'nflows';
  /**
   * How many transforms the flow's `CompositeTransform` lists, `len(flow._transform._transforms)`: one without tensors leaves no trace in the file.
   * Where one list is inside another, that of each list by the name of its module: `{ _transform: 8, '_transform._transforms.2': 3 }`. In Python,
   * `{name: len(m._transforms) for name, m in flow.named_modules() if hasattr(m, '_transforms')}`.
   */
  readonly transforms: number | Readonly<Record<string, number>>;
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
  /**
   * Of a network of your own that has the attribute `hidden_features`, in a spline coupling: nflows divides its widths and heights by the root
   * of that. A `ResidualNet` has it too, and the file says it.
   */
  readonly hiddenFeatures?: number;
  /** Of flows of images: their channels, height and width. */
  readonly inputShape?: readonly [channels: number, height: number, width: number];
  /** Whether transforms without tensors of images are `SqueezeTransform()`. Default false: they are refused. */
  readonly squeezes?: boolean;
  /** Whether the transform is a `MultiscaleCompositeTransform`, of so many `transforms`. Default false. */
  readonly multiscale?: boolean;
  /** What is otherwise for one transform, by its place in the list from 0: `{ '4': { activation: 'tanh' } }`. */
  readonly at?: Readonly<Record<string, Omit<NflowsRecipe, OfAll>>>;
}

/** What a recipe says of the whole flow alone. */
type OfAll = 'library' | 'transforms' | 'inputShape' | 'squeezes' | 'multiscale' | 'at';

/** What the couplings of nflows ask for. */
export type CouplingRecipe = Omit<NflowsRecipe, OfAll | 'eps' | 'batchNormEps'>;

const ownChecks: OptionChecks<Omit<NflowsRecipe, OfAll>> = {
  activation: oneOf(...activationNames),
  tailBound: numberBetween(1e-3, 1e6),
  scaleActivation: either(oneOf('default', 'general'), record),
  minBinWidth: share,
  minBinHeight: share,
  minDerivative: share,
  eps: share,
  batchNormEps: share,
  hiddenFeatures: wholeNumber({ from: 1, to: 65536 }),
};

const length = wholeNumber({ from: 1, to: 65536 });
const lengths: OptionCheck = {
  test: (value) => record.test(value) && Object.values(value as object).every(length.test),
  expected: 'an object of such numbers',
};

/** Throws `CONFIG` for a recipe that cannot be meant. */
export function requireNflowsRecipe(recipe: NflowsRecipe): void {
  requireOptions<NflowsRecipe>('the recipe', recipe, {
    ...ownChecks,
    library: required(oneOf('nflows')),
    transforms: required(either(length, lengths)),
    inputShape: imageShape,
    squeezes: trueOrFalse,
    multiscale: trueOrFalse,
    at: record,
  });
  for (const [place, own] of Object.entries(recipe.at ?? {})) requireOptions(`the recipe at ${place}`, own, ownChecks);
}
