import type { Spec } from '@diffeo/core';
import {
  callable,
  type OptionChecks,
  required,
  requireOptions,
  trueOrFalse,
  wholeNumber,
} from '@diffeo/core/arguments';
import { actnorm } from '../actnorm.ts';
import { multiScale } from '../images/multi-scale.ts';
import { squeeze } from '../images/squeeze.ts';

/** What a preset asks of a coupling of images, such as `imageCoupling` of `@diffeo/layers-coupling`. */
export interface ImageCouplingRequest {
  /** How many channels the network's hidden layers have. */
  readonly width: number;
  /** Exchanges what stays and what changes. */
  readonly swap: boolean;
  /** `channels`: the first half of the channels stays. `checkerboard`: every other pixel. */
  readonly mask: 'channels' | 'checkerboard';
}

/** Makes the couplings of a preset. */
export type ImageCouplingFor = (request: ImageCouplingRequest) => Spec<'layer'>;

/** Makes the 1×1 convolutions of a preset: linear layers over the channels. */
export type LinearFor = () => Spec<'layer'>;

/** What `glow()` takes. */
export interface GlowOptions {
  /** Makes the couplings: `imageCoupling` of `@diffeo/layers-coupling`, or a function of one's own. */
  readonly coupling: ImageCouplingFor;
  /**
   * Makes the 1×1 convolutions: `invertibleConv1x1` of `@diffeo/layers-linear`, which starts at a rotation, as in the paper, or a function
   * of one's own, such as `() => fullLinear({ init: 'rotation' })`.
   */
  readonly linear: LinearFor;
  /** How often the image is squeezed, and half of it split off but after the last. Default 2. */
  readonly levels?: number;
  /** Steps of flow at each level. Default 8. */
  readonly steps?: number;
  /** Channels of the hidden layers of each coupling's network. Default 64. */
  readonly width?: number;
  /**
   * Whether what goes on to the next level says where what splits off lies and how wide it is (the paper's learned prior):
   * one more coupling before each split. Default true.
   */
  readonly learnedPrior?: boolean;
}

/** The options of image presets, which their layers do not check. */
export const presetChecks = {
  coupling: required({ ...callable, expected: 'a function that makes couplings, such as imageCoupling' }),
  levels: wholeNumber({ from: 1, to: 24 }),
  width: wholeNumber({ from: 1, to: 65536 }),
};
const checks: OptionChecks<GlowOptions> = {
  ...presetChecks,
  linear: required({ ...callable, expected: 'a function that makes linear layers, such as invertibleConv1x1' }),
  steps: wholeNumber({ from: 1, to: 1000 }),
  learnedPrior: trueOrFalse,
};

const listOf = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/**
 * Glow (Kingma & Dhariwal 2018, fig. 2): at each level a squeeze and steps of activation normalisation, invertible 1×1
 * convolution and coupling, and half of the channels split off. Layers for `flow({ layers: [...glow({ coupling, linear })] })`,
 * whose events are images of which `2 ** levels` divides both sides. A context goes to every coupling.
 *
 * @throws DiffeoError `CONFIG` for options that there are not, or that cannot be meant.
 */
export function glow(options: GlowOptions): readonly Spec<'layer'>[] {
  requireOptions('glow', options, checks);
  const { coupling, linear, levels = 2, steps = 8, width = 64, learnedPrior = true } = options;
  const level = (index: number) => ({
    layers: [
      squeeze(),
      ...listOf(steps, (step) => [
        actnorm(),
        linear(),
        coupling({ width, swap: step % 2 === 1, mask: 'channels' }),
      ]).flat(),
      // What stays is what goes on; what changes splits off.
      ...(learnedPrior && index < levels - 1 ? [coupling({ width, swap: false, mask: 'channels' })] : []),
    ],
  });
  return [multiScale({ levels: listOf(levels, level) })];
}
