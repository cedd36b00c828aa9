import type { Spec } from '@diffeo/core';
import { numberBetween, type OptionChecks, oneOf, requireOptions, wholeNumber } from '@diffeo/core/arguments';
import { causalAttention } from '@diffeo/networks';
import { affine } from '@diffeo/ops';
import { autoregressive } from './autoregressive.ts';

/** What `tarFlow()` takes. */
export interface TarFlowOptions {
  /** How many layers, each of which goes through the patches in the reverse sequence of the one before. Default 4. */
  readonly layers?: number;
  /**
   * How many numbers, one behind the other, make a patch. Of images behind `squeeze({ factor })` of `@diffeo/layers-glow` it is the number
   * of channels: 16 for a factor of 4 and one colour. Default 1.
   */
  readonly patch?: number;
  /** How many numbers stand for each patch in a network; the heads divide it. Default 64. */
  readonly width?: number;
  /** Heads of attention. Default 4. */
  readonly heads?: number;
  /** Blocks of attention and dense layers in each network. Default 2. */
  readonly blocks?: number;
  /** Default `elu`. */
  readonly activation?: 'relu' | 'tanh' | 'elu' | 'sigmoid';
  /** Log-scales of each layer stay within ±bound. Default 3. */
  readonly bound?: number;
  /** In training, from which part of the rows the context is hidden; 0.1 for guidance later. Default 0. */
  readonly dropContext?: number;
  /**
   * For samples: how much further than the context says to go away from what would be said without it (Ho & Salimans 2021), with the
   * parameters of a flow trained at 0. The guided flow has exact densities too, its own. Default 0.
   */
  readonly guidance?: number;
}

const checks: OptionChecks<TarFlowOptions> = {
  layers: wholeNumber({ from: 1, to: 10_000 }),
  patch: wholeNumber({ from: 1, to: 65536 }),
  width: wholeNumber({ from: 1, to: 65536 }),
  heads: wholeNumber({ from: 1, to: 256 }),
  blocks: wholeNumber({ from: 1, to: 500 }),
  activation: oneOf('relu', 'tanh', 'elu', 'sigmoid'),
  bound: numberBetween(0.01, 20),
  dropContext: numberBetween(0, 0.9),
  guidance: numberBetween(0, 100),
};

/**
 * TarFlow (Zhai et al. 2024, "Normalizing flows are capable generative models"): affine autoregressive layers over patches, each
 * conditioned by a causal transformer. Densities take one pass, samples one pass in turns, patch after patch with keys and values
 * kept. Layers for `flow({ layers: [logit(), squeeze({ factor: 4 }), ...tarFlow({ patch: 16 })] })` of images, or for rows of
 * a table with patches of 1.
 *
 * @throws DiffeoError `CONFIG` for options that there are not, or that cannot be meant.
 */
export function tarFlow(options: TarFlowOptions = {}): readonly Spec<'layer'>[] {
  requireOptions('tarFlow', options, checks, { tokens: 'patch', depth: 'blocks' });
  const { layers = 4, patch = 1, width = 64, heads = 4, blocks = 2, activation = 'elu', bound = 3 } = options;
  const { dropContext = 0, guidance = 0 } = options;
  return Array.from({ length: layers }, (_, i) =>
    autoregressive({
      transform: affine({ bound }),
      conditioner: causalAttention({
        ...{ patch, width, heads, blocks, activation, dropContext, guidance },
        reverse: i % 2 === 1,
      }),
    }),
  );
}
