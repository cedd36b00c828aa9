import type { Spec } from '@diffeo/core';
import { requireOptions } from '@diffeo/core/arguments';
import { actnorm } from '../actnorm.ts';
import { multiScale } from '../images/multi-scale.ts';
import { squeeze } from '../images/squeeze.ts';
import { type ImageCouplingFor, presetChecks } from './glow.ts';

/** What `realNVPImage()` takes. */
export interface RealNVPImageOptions {
  /** Makes the couplings: `imageCoupling` of `@diffeo/layers-coupling`, or a function of one's own. */
  readonly coupling: ImageCouplingFor;
  /** Scales; the image is squeezed at each but the last. Default 2. */
  readonly levels?: number;
  /** Channels of the hidden layers of each coupling's network. Default 64. */
  readonly width?: number;
}

/**
 * RealNVP for images (Dinh et al. 2017, §3.6 and §4.1): at each scale three couplings in a checkerboard, a squeeze, three
 * couplings over channels, and half of the channels split off; four couplings in a checkerboard at the last. Activation
 * normalisation stands where the paper has batch normalisation, under which rows of a batch would depend on each other.
 *
 * @throws DiffeoError `CONFIG` for options that there are not, or that cannot be meant.
 */
export function realNVPImage(options: RealNVPImageOptions): readonly Spec<'layer'>[] {
  requireOptions('realNVPImage', options, presetChecks);
  const { coupling, levels = 2, width = 64 } = options;
  const couplings = (count: number, mask: 'channels' | 'checkerboard', channels: number) =>
    Array.from({ length: count }, (_, i) => [actnorm(), coupling({ width: channels, swap: i % 2 === 1, mask })]).flat();
  const level = (_: unknown, index: number) => {
    // Deeper scales have fewer pixels and wider networks.
    const channels = width * 2 ** index;
    if (index === levels - 1) return { layers: couplings(4, 'checkerboard', channels) };
    return { layers: [...couplings(3, 'checkerboard', channels), squeeze(), ...couplings(3, 'channels', channels)] };
  };
  return [multiScale({ levels: Array.from({ length: levels }, level) })];
}
