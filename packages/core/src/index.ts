export { contaminatedNormal } from './lib/bases/contaminated-normal.ts';
export { diagonalNormal } from './lib/bases/diagonal-normal.ts';
export { normalMixture } from './lib/bases/normal-mixture.ts';
export { standardNormal } from './lib/bases/standard-normal.ts';
export { studentT } from './lib/bases/student-t.ts';
export { uniformBox } from './lib/bases/uniform-box.ts';
export { build, type Place } from './lib/contract/build.ts';
export { coreDefinitions } from './lib/contract/core-definitions.ts';
export {
  contractVersion,
  type Definition,
  type DefinitionOptions,
  define,
  defineBase,
  defineDequantizer,
  defineLayer,
  defineNetwork,
  defineTransform,
} from './lib/contract/define.ts';
export { callOf } from './lib/contract/direction.ts';
export { DiffeoError, type ErrorCode, isDiffeoError } from './lib/contract/error.ts';
export { hydrate } from './lib/contract/hydrate.ts';
export type { Base } from './lib/contract/parts/base.ts';
export type {
  Bijector,
  Fusion,
  InputGradients,
  Latent,
  OutputGradients,
  Support,
} from './lib/contract/parts/bijector.ts';
export type { Dequantizer } from './lib/contract/parts/dequantizer.ts';
export type { ElementwiseTransform, ElementwiseTransformed } from './lib/contract/parts/elementwise-transform.ts';
export type { Interval } from './lib/contract/parts/interval.ts';
export type { Autoregressive, Network, NetworkFor, Stack, StackLayer, Turns } from './lib/contract/parts/network.ts';
export type { Call, GradientMode, Part, StartingChunk, StartingData, Transformed } from './lib/contract/parts/part.ts';
export type { Kind, Kinds, Site, Spec } from './lib/contract/parts/spec.ts';
export { type Shape, sameShape, sizeOf } from './lib/contract/shape.ts';
export { specOf } from './lib/contract/spec-of.ts';
export { everywhere } from './lib/contract/support.ts';
export { flow } from './lib/flow/flow.ts';
export type {
  Density,
  Flow,
  FlowParams,
  LogProbOptions,
  SampleOptions,
  SampleWithLogProb,
  StartingRows,
  StartingSource,
  StartOptions,
  TracedStep,
} from './lib/flow/flow-contract.ts';
export type { DensitySpec, FlowSpec, MixtureSpec } from './lib/flow/flow-spec.ts';
export { bitsPerDim, negativeLogLikelihood } from './lib/flow/loss.ts';
export { chain } from './lib/layers/chain.ts';
export { invert } from './lib/layers/invert.ts';
export { sequence } from './lib/layers/sequence.ts';
export { isFlow } from './lib/mixture/is-flow.ts';
export { type Mixture, type MixtureParams, mixture } from './lib/mixture/mixture.ts';
export { crc32 } from './lib/model/checksum.ts';
export { type Dtype, type HostTensor, hostFloats, hostNumbers } from './lib/model/host-numbers.ts';
export { type LoadAsyncOptions, type LoadOptions, load, loadAsync } from './lib/model/load.ts';
export type { Loaded } from './lib/model/loading.ts';
export type { Metadata } from './lib/model/model-format.ts';
export { readSafetensors, type SafetensorsFile, writeSafetensors } from './lib/model/safetensors.ts';
export { save } from './lib/model/save.ts';
export { copyParams } from './lib/params/copy-params.ts';
export {
  buildParams,
  countParams,
  disposeParams,
  type Layout,
  type LayoutTree,
  type Leaf,
  type LeafRole,
  leaf,
  leaves,
  mapParams,
  type NamedLeaf,
  type Params,
} from './lib/params/params.ts';
export {
  fold,
  normal,
  type RandomSource,
  randomSource,
  type Seed,
  shuffled,
  uniform,
} from './lib/params/seed.ts';
