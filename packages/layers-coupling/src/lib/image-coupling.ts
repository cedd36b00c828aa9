import type { Spec } from '@diffeo/core';
import {
  anything,
  either,
  numberBetween,
  type OptionChecks,
  oneOf,
  record,
  requireOptions,
  trueOrFalse,
  wholeNumber,
} from '@diffeo/core/arguments';
import { convolutional } from '@diffeo/networks';
import { additive, affine } from '@diffeo/ops';
import { coupling } from './coupling.ts';
import type { ImageMask } from './splits/mask.ts';

/** What `imageCoupling()` takes. */
export interface ImageCouplingOptions {
  /** How many channels the network's hidden layers have. Default 64. */
  readonly width?: number;
  /** Exchanges what stays and what is transformed. Default false. */
  readonly swap?: boolean;
  /** Default `channels`. */
  readonly mask?: ImageMask;
  /** The sides of the network's filters. Default [3, 1, 3]. */
  readonly kernelSizes?: readonly number[];
  /** Default `relu`. */
  readonly activation?: 'relu' | 'tanh' | 'elu' | 'sigmoid';
  readonly residual?: boolean;
  readonly weightNormalised?: boolean;
  /** `affine`, `additive`, or any element-wise transform. Default `affine`. */
  readonly transform?: 'affine' | 'additive' | Spec<'transform'>;
  /** Log-scales of affine couplings stay within ±bound. Default 3. */
  readonly bound?: number;
}

const checks: OptionChecks<ImageCouplingOptions> = {
  ...{ width: wholeNumber({ from: 1, to: 65536 }), swap: trueOrFalse, mask: oneOf('channels', 'checkerboard') },
  // The network and the transform look at theirs.
  ...{ kernelSizes: anything, activation: anything, residual: anything, weightNormalised: anything },
  transform: either(oneOf('affine', 'additive'), {
    ...record,
    expected: 'an element-wise transform, as its definition gives it',
  }),
  bound: numberBetween(0.01, 20),
};

/**
 * A coupling of images with a convolutional network, as Glow and RealNVP have it. `glow()` and `realNVPImage()` of
 * `@diffeo/layers-glow` take this function.
 *
 * @throws DiffeoError `CONFIG` for options that there are not, or that cannot be meant.
 */
export function imageCoupling(options: ImageCouplingOptions = {}): Spec<'layer'> {
  requireOptions('imageCoupling', options, checks, { kernels: 'kernelSizes' });
  const { swap = false, mask = 'channels', transform = 'affine', bound, ...network } = options;
  const { kernelSizes, ...rest } = network;
  const conditioner = convolutional({ ...rest, ...(kernelSizes && { kernelSizes: [...kernelSizes] }) });
  const named = {
    affine: () => affine(bound === undefined ? {} : { bound }),
    additive: () => additive(),
  };
  return coupling({
    mask,
    swap,
    conditioner,
    transform: typeof transform === 'string' ? named[transform]() : transform,
  });
}
