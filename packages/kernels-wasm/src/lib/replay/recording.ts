import type { Tensor } from '@tensorflow/tfjs-core';

/** What some work asked of kernels, to be done again on the same memory. */
export interface Recording {
  /** Whether inputs are like those that the work was done on, and everything is still there. */
  fits(inputs: readonly Tensor[]): boolean;
  /** Does it again on other inputs. What comes of it is the recording's, and always in the same tensors. */
  replay(inputs: readonly Tensor[]): readonly Tensor[];
  dispose(): void;
}
