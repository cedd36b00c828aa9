export { type ActivationName, isActivation } from './lib/activation.ts';
export { type ChannelMatrix, type ChannelScale, channelMap } from './lib/channel-map.ts';
export { convStack } from './lib/conv-stack.ts';
export { denseStack } from './lib/dense-stack.ts';
export { elementwise, everywhere, parameterOf } from './lib/elementwise.ts';
export {
  type CouplingBackward,
  type FusedCoupling,
  type FusedCouplingOptions,
  fusedCoupling,
} from './lib/fused-coupling.ts';
export { type FusedOp, fusedOp } from './lib/fused-op.ts';
export {
  type AdamKernelAttributes,
  type AdamPart,
  type ChannelMapKernelAttributes,
  type CouplingKernelAttributes,
  kernelNames,
  type PluKernelAttributes,
  type StackKernelAttributes,
  type TransformKernelAttributes,
  transformKernels,
} from './lib/kernels.ts';
export { permute } from './lib/permute.ts';
export { type PluFactors, type PluMatrixOptions, pluMatrix } from './lib/plu-matrix.ts';
export { channelsToSpace, type ImageShape, spaceToChannels } from './lib/space-to-channels.ts';
export type { StackOptions } from './lib/stack-layer.ts';
export { transformDefinitions } from './lib/transform-definitions.ts';
export { additive } from './lib/transforms/additive.ts';
export { affine, affineTransform } from './lib/transforms/affine.ts';
export { type TriangularInverseOptions, triangularInverse } from './lib/triangular-inverse.ts';
