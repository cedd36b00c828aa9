import { fold, type Spec } from '@diffeo/core';
import {
  listOf,
  numberBetween,
  type OptionChecks,
  oneOf,
  requireOptions,
  seedNumber,
  trueOrFalse,
  wholeNumber,
} from '@diffeo/core/arguments';
import { maskedMlp } from '@diffeo/networks';
import { affine, rationalQuadratic } from '@diffeo/ops';
import { autoregressive } from './autoregressive.ts';

/** What every preset of autoregressive layers takes. */
export interface AutoregressiveFlowOptions {
  /** How many layers. Default 5. */
  readonly layers?: number;
  /** The widths of each network's hidden layers, at least as wide as an event has numbers. Default [64, 64]. */
  readonly hidden?: readonly number[];
  /** Default `relu`. */
  readonly activation?: 'relu' | 'tanh' | 'elu' | 'sigmoid';
  /** Residual networks. Default false. */
  readonly residual?: boolean;
  /** `alternate`: each layer sees the numbers in the reverse sequence of the one before. `random`: in one of its own. Default `alternate`. */
  readonly sequence?: 'alternate' | 'random';
  /** Draws random sequences. Default 0. */
  readonly seed?: number;
  /** How large the last layer of each network starts; 0, and the layers start as the identity. Default 0.01. */
  readonly outputScale?: number;
}

/** What `maf()` and `iaf()` take. */
export interface AffineAutoregressiveOptions extends AutoregressiveFlowOptions {
  /** Log-scales stay within ±bound. Default 3. */
  readonly bound?: number;
}

/** What `splineMAF()` takes. */
export interface SplineMAFOptions extends AutoregressiveFlowOptions {
  /** How many bins each spline has, from 2 to 256. Default 8. */
  readonly bins?: number;
  /** Splines bend what lies in [−bound, bound], and leave the rest as it is: data should be standardised. Default 4. */
  readonly bound?: number;
}

const shared: OptionChecks<AutoregressiveFlowOptions> = {
  layers: wholeNumber({ from: 1, to: 10_000 }),
  hidden: listOf(wholeNumber({ from: 1, to: 65536 })),
  activation: oneOf('relu', 'tanh', 'elu', 'sigmoid'),
  residual: trueOrFalse,
  sequence: oneOf('alternate', 'random'),
  seed: seedNumber,
  outputScale: numberBetween(0, 1),
};
const affineChecks: OptionChecks<AffineAutoregressiveOptions> = { ...shared, bound: numberBetween(0.01, 20) };
const splineChecks: OptionChecks<SplineMAFOptions> = {
  ...shared,
  bins: wholeNumber({ from: 2, to: 256 }),
  bound: numberBetween(1e-3, 1e6),
};
const synonyms = { blocks: 'layers', widths: 'hidden', order: 'sequence' } as const;

function layersOf(
  transform: Spec<'transform'>,
  conditionOn: 'data' | 'base',
  {
    layers = 5,
    hidden = [64, 64],
    activation = 'relu',
    residual = false,
    sequence = 'alternate',
    seed = 0,
    outputScale = 1e-2,
  }: AutoregressiveFlowOptions,
): readonly Spec<'layer'>[] {
  return Array.from({ length: layers }, (_, i) => {
    const alternating = i % 2 === 0 ? 'forward' : 'reverse';
    const own = sequence === 'random' ? { seed: fold(seed, i) } : alternating;
    const conditioner = maskedMlp({ hidden: [...hidden], activation, residual, outputScale, sequence: own });
    return autoregressive({ transform, conditioner, conditionOn });
  });
}

/**
 * A masked autoregressive flow (Papamakarios et al. 2017): densities in one pass, samples in some rounds of each layer. Layers for
 * `flow({ layers: [standardise(), ...maf()] })`.
 *
 * @throws DiffeoError `CONFIG`, `SEED` for options that there are not, or that cannot be meant.
 */
export function maf(options: AffineAutoregressiveOptions = {}): readonly Spec<'layer'>[] {
  requireOptions('maf', options, affineChecks, synonyms);
  const { bound = 3, ...rest } = options;
  return layersOf(affine({ bound }), 'data', rest);
}

/**
 * An inverse autoregressive flow (Kingma et al. 2016): samples in one pass, and their own densities with them; densities of data
 * take some rounds of each layer. For variational use, and for fast samples.
 *
 * @throws DiffeoError `CONFIG`, `SEED` for options that there are not, or that cannot be meant.
 */
export function iaf(options: AffineAutoregressiveOptions = {}): readonly Spec<'layer'>[] {
  requireOptions('iaf', options, affineChecks, synonyms);
  const { bound = 3, ...rest } = options;
  return layersOf(affine({ bound }), 'base', rest);
}

/**
 * The autoregressive neural spline flow RQ-NSF (AR) of Durkan et al. 2019: {@link maf} with rational-quadratic splines.
 *
 * @throws DiffeoError `CONFIG`, `SEED` for options that there are not, or that cannot be meant.
 */
export function splineMAF(options: SplineMAFOptions = {}): readonly Spec<'layer'>[] {
  requireOptions('splineMAF', options, splineChecks, { ...synonyms, knots: 'bins' });
  const { bins = 8, bound = 4, ...rest } = options;
  return layersOf(rationalQuadratic({ bins, bound }), 'data', rest);
}
