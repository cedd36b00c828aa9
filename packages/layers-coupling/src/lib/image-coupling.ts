import type { Spec } from '@diffeo/core';
import { additiveCoupling } from './additive-coupling.ts';
import { affineCoupling } from './affine-coupling.ts';
import { convolutional } from './convolutional.ts';
import type { ImageMask } from './mask.ts';

/** What `imageCoupling()` takes. */
export interface ImageCouplingOptions {
  /** How many channels the network's hidden layers have. Default 64. */
  readonly width?: number;
  /** Exchanges what stays and what changes. Default false. */
  readonly swap?: boolean;
  /** Default `channels`. */
  readonly mask?: ImageMask;
  /** The sides of the network's filters. Default [3, 1, 3]. */
  readonly kernels?: readonly number[];
  /** Default `relu`. */
  readonly activation?: 'relu' | 'tanh' | 'elu' | 'sigmoid';
  readonly residual?: boolean;
  readonly weightNormalised?: boolean;
  /** Default `affine`. */
  readonly transform?: 'affine' | 'additive';
  /** Log-scales of affine couplings stay within ±bound. Default 3. */
  readonly bound?: number;
}

/**
 * A coupling of images with a convolutional network, as Glow and RealNVP have it. `glow()` and `realNVPImage()` of
 * `@diffeo/layers-glow` take this function.
 */
export function imageCoupling(options: ImageCouplingOptions = {}): Spec<'layer'> {
  const { swap = false, mask = 'channels', transform = 'affine', bound, ...network } = options;
  const { kernels, ...rest } = network;
  const conditioner = convolutional({ ...rest, ...(kernels && { kernels: [...kernels] }) });
  if (transform === 'additive') return additiveCoupling({ mask, swap, conditioner });
  return affineCoupling({ mask, swap, conditioner, ...(bound !== undefined && { bound }) });
}
