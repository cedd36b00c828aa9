import type { Spec } from '@diffeo/core';
import {
  listOf,
  numberBetween,
  type OptionChecks,
  oneOf,
  requireOptions,
  trueOrFalse,
  wholeNumber,
} from '@diffeo/core/arguments';
import { mlp } from '@diffeo/networks';
import { continuous } from './continuous.ts';

/** What `ffjord()` takes. */
export interface FfjordOptions {
  /** How many fields points follow one after another. Default 1. */
  readonly layers?: number;
  /** The widths of each network's hidden layers. Up to two have a divergence in closed form. Default [64, 64]. */
  readonly hidden?: readonly number[];
  /** Smooth. Default `tanh`. */
  readonly activation?: 'tanh' | 'elu' | 'sigmoid';
  /** Residual networks. Default false. */
  readonly residual?: boolean;
  /** How large the last layer of each network starts; 0, and the layers start as the identity. Default 0.01. */
  readonly outputScale?: number;
  /** The error of each step in evaluations, relative to 1 + |x|, from 1e-6 to 0.1. Default 1e-5. */
  readonly tolerance?: number;
  /** How many steps of `rk4` a layer takes in training. Default 8. */
  readonly trainingSteps?: number;
}

const checks: OptionChecks<FfjordOptions> = {
  layers: wholeNumber({ from: 1, to: 1000 }),
  hidden: listOf(wholeNumber({ from: 1, to: 65536 })),
  activation: oneOf('tanh', 'elu', 'sigmoid'),
  residual: trueOrFalse,
  outputScale: numberBetween(0, 1),
  tolerance: numberBetween(1e-6, 0.1),
  trainingSteps: wholeNumber({ from: 1, to: 10_000 }),
};

/**
 * A continuous flow (Grathwohl et al. 2019, "FFJORD") with exact divergences. Layers for `flow({ layers: [standardise(), ...ffjord()] })`,
 * trained by `fit`, or by `minimise` with `flowMatching()`.
 *
 * @throws DiffeoError `CONFIG` for options that there are not, or that cannot be meant.
 */
export function ffjord(options: FfjordOptions = {}): readonly Spec<'layer'>[] {
  requireOptions('ffjord', options, checks, {
    blocks: 'layers',
    widths: 'hidden',
    steps: 'trainingSteps',
    atol: 'tolerance',
    rtol: 'tolerance',
  });
  const { layers = 1, hidden = [64, 64], activation = 'tanh', residual = false, outputScale = 1e-2 } = options;
  const { tolerance = 1e-5, trainingSteps = 8 } = options;
  const network = mlp({ hidden: [...hidden], activation, residual, outputScale });
  return Array.from({ length: layers }, () =>
    continuous({ network, solver: { tolerance }, training: { steps: trainingSteps } }),
  );
}
