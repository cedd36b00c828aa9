import type { Spec, Transformed } from '@diffeo/core';
import type { AffineCoupling, Convolution, Dense, DenseStackOptions } from '@diffeo/ops';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ImageMask, Mask, Partition } from './mask.ts';

export type Direction = 'forward' | 'inverse';

/** What a coupling does to the dimensions that change, given the conditioner's raw output. */
export interface CouplingTransform {
  /** How many raw numbers each changed dimension takes. */
  readonly parametersPerDimension: number;
  /** `x` `[batch, size]`, `raw` `[batch, parametersPerDimension · size]`. Raw zeros are the identity, to the bit. */
  apply(x: Tensor, raw: Tensor, direction: Direction): Transformed;
  /** The whole coupling as one operation, for a conditioner that is a stack of dense layers, or of convolutions. */
  readonly fused?: {
    vectors(parts: Partition, direction: Direction, stack: DenseStackOptions): AffineCoupling<Dense>;
    /** The parts are channels. */
    images(parts: Partition, direction: Direction, stack: DenseStackOptions): AffineCoupling<Convolution>;
  };
}

export interface CouplingConfig {
  readonly mask: Mask | ImageMask;
  readonly swap: boolean;
  readonly conditioner: Spec<'network'>;
}
