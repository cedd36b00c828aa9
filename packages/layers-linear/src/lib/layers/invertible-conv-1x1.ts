import type { Spec } from '@diffeo/core';
import { pluLinear } from './plu-linear.ts';

/** What `invertibleConv1x1()` takes: the configuration of `pluLinear`, whose `init` is `rotation` here by default. */
export type InvertibleConv1x1Options = NonNullable<Parameters<typeof pluLinear>[0]>;

/**
 * The invertible 1×1 convolution of Glow (Kingma & Dhariwal 2018, §3.2): {@link pluLinear} over the channels of an image,
 * `[height, width, channels]`, started at a random rotation by the seed of `init`. What `glow()` of `@diffeo/layers-glow` takes as its
 * `linear`.
 *
 * @throws DiffeoError `CONFIG` for options that `pluLinear` does not take.
 */
export const invertibleConv1x1 = (options: InvertibleConv1x1Options = {}): Spec<'layer'> =>
  pluLinear({ init: 'rotation', ...options });
