export type { ActivationName } from './lib/activation.ts';
export { type AffineResult, affine } from './lib/affine.ts';
export {
  type AffineCoupling,
  type AffineCouplingOptions,
  affineCoupling,
  affineImageCoupling,
  type RetracedCoupling,
} from './lib/affine-coupling.ts';
export { type ChannelMatrix, type ChannelScale, channelMap } from './lib/channel-map.ts';
export { type Convolution, convStack } from './lib/conv-stack.ts';
export type { Dense, DenseStackOptions } from './lib/dense.ts';
export { denseStack } from './lib/dense-stack.ts';
export { type FusedOp, fusedOp } from './lib/fused-op.ts';
export {
  type AdamKernelAttributes,
  type AdamPart,
  type AffineCouplingKernelAttributes,
  type AffineKernelAttributes,
  type ChannelMapKernelAttributes,
  type DenseStackKernelAttributes,
  kernelNames,
  type PluKernelAttributes,
} from './lib/kernels.ts';
export { permute } from './lib/permute.ts';
export { type PluFactors, type PluMatrixOptions, pluMatrix } from './lib/plu-matrix.ts';
export { channelsToSpace, type ImageShape, spaceToChannels } from './lib/space-to-channels.ts';
export { type TriangularInverseOptions, triangularInverse } from './lib/triangular-inverse.ts';
