import { type Flow, flow } from '@diffeo/core';
import { imageCoupling } from '@diffeo/layers-coupling';
import { logit } from '@diffeo/layers-elementwise';
import { glow } from '@diffeo/layers-glow';
import { invertibleConv1x1 } from '@diffeo/layers-linear';
import type { ImageSize } from './image-size.ts';

/** The Glow of a size, for images on (0, 1): as users compose it. */
export const imageFlow = ({ side, levels, steps, width }: Omit<ImageSize, 'batch'>): Flow =>
  flow({
    eventShape: [side, side, 1],
    layers: [logit(), ...glow({ coupling: imageCoupling, linear: invertibleConv1x1, levels, steps, width })],
  });
