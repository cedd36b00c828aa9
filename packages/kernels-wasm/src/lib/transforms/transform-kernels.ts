import type { TransformKernel } from '../transform-kernel.ts';
import { affineKernel } from './affine.ts';

/** The element-wise transforms that have kernels here. */
export const allTransformKernels: readonly TransformKernel[] = [affineKernel];
