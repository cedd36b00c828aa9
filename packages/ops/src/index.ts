export { type ChannelMatrix, type ChannelScale, channelMap } from './lib/channels/channel-map.ts';
export { type LastAxis, lastAxis } from './lib/channels/last-axis.ts';
export { permute } from './lib/channels/permute.ts';
export { type PluFactors, type PluMatrixOptions, pluMatrix } from './lib/channels/plu-matrix.ts';
export { reflections } from './lib/channels/reflections.ts';
export { channelsToSpace, type ImageShape, spaceToChannels } from './lib/channels/space-to-channels.ts';
export { triangleMask } from './lib/channels/triangle-mask.ts';
export { type TriangularInverseOptions, triangularInverse } from './lib/channels/triangular-inverse.ts';
export {
  isWeightMatrixFusion,
  type WeightMatrix,
  type WeightMatrixFusion,
  weightMatrixFusion,
} from './lib/channels/weight-matrix.ts';
export { type FusedOp, fusedOp } from './lib/fused-op.ts';
export { choleskyFactor } from './lib/host/cholesky-factor.ts';
export { lowerInverse } from './lib/host/lower-inverse.ts';
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
export { logNormalDensity, normalAbove, normalQuantileAbove } from './lib/normal-distribution.ts';
export { type ActivationName, activations, isActivation } from './lib/stacks/activation.ts';
export { convStack } from './lib/stacks/conv-stack.ts';
export { denseStack } from './lib/stacks/dense-stack.ts';
export { degreeMask, type LayerDegrees, maskedLayers } from './lib/stacks/layer-degrees.ts';
export type { DenseStackOptions, StackOptions } from './lib/stacks/stack-layer.ts';
export { additive } from './lib/transforms/additive.ts';
export { affine, affineTransform } from './lib/transforms/affine.ts';
export { elementwise, parameterOf } from './lib/transforms/elementwise.ts';
export { exp } from './lib/transforms/fixed/exp.ts';
export { sigmoid } from './lib/transforms/fixed/sigmoid.ts';
export { softplus } from './lib/transforms/fixed/softplus.ts';
export { tanh } from './lib/transforms/fixed/tanh.ts';
export {
  type CouplingBackward,
  type FusedCoupling,
  type FusedCouplingOptions,
  fusedCoupling,
} from './lib/transforms/fused-coupling.ts';
export { mixtureOfLogistics } from './lib/transforms/mixture-of-logistics.ts';
export { leakyRelu } from './lib/transforms/power/leaky-relu.ts';
export { power } from './lib/transforms/power/power.ts';
export { yeoJohnson } from './lib/transforms/power/yeo-johnson.ts';
export { rationalQuadratic, rationalQuadraticTransform } from './lib/transforms/rational-quadratic.ts';
export { sinhArcsinh } from './lib/transforms/sinh-arcsinh.ts';
export type { SplineShape, SplineTails } from './lib/transforms/spline/spline-shape.ts';
export { heavyTails } from './lib/transforms/tails/heavy-tails.ts';
export { transformDefinitions } from './lib/transforms/transform-definitions.ts';
