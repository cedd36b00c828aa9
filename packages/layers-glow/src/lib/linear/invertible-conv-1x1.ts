import type { Spec } from '@diffeo/core';
import { invertibleLinear } from './invertible-linear.ts';

/** What `invertibleConv1x1()` takes: the configuration of `invertibleLinear`, whose `init` is `rotation` here by default. */
export type InvertibleConv1x1Options = NonNullable<Parameters<typeof invertibleLinear>[0]>;

/**
 * The invertible 1×1 convolution of Glow (Kingma & Dhariwal 2018, §3.2), as its presets use it: {@link invertibleLinear} over
 * the channels of an image, `[height, width, channels]`, started at a random rotation by the seed of `init`.
 *
 * @throws DiffeoError `CONFIG` for options that `invertibleLinear` does not take.
 */
export const invertibleConv1x1 = (options: InvertibleConv1x1Options = {}): Spec<'layer'> =>
  // Triangles and low ranks are no rotations.
  options.matrix === 'triangular' || options.matrix === 'low-rank'
    ? invertibleLinear(options)
    : invertibleLinear({ init: 'rotation', ...options });
