import { affineKernel } from './affine.ts';
import { splineKernel } from './spline.ts';
import type { TransformKernel } from './transform-kernel.ts';

/** The element-wise transforms that have kernels here. */
export const allTransformKernels: readonly TransformKernel[] = [affineKernel, splineKernel];
