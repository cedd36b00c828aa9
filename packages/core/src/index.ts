export { contaminatedNormal } from './lib/bases/contaminated-normal.ts';
export { diagonalNormal } from './lib/bases/diagonal-normal.ts';
export { normalMixture } from './lib/bases/normal-mixture.ts';
export { standardNormal } from './lib/bases/standard-normal.ts';
export { studentT } from './lib/bases/student-t.ts';
export { uniformBox } from './lib/bases/uniform-box.ts';
export { crc32 } from './lib/checksum.ts';
export type {
  Base,
  Bijector,
  Call,
  Dequantizer,
  ElementwiseTransform,
  ElementwiseTransformed,
  Fusion,
  GradientMode,
  InputGradients,
  Interval,
  Kind,
  Kinds,
  Latent,
  Network,
  NetworkFor,
  OutputGradients,
  Part,
  Site,
  Spec,
  Stack,
  StackLayer,
  StartingChunk,
  StartingData,
  Transformed,
} from './lib/contract.ts';
export { copyParams } from './lib/copy-params.ts';
export { coreDefinitions } from './lib/core-definitions.ts';
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
} from './lib/define.ts';
export { callOf } from './lib/direction.ts';
export { DiffeoError, type ErrorCode, isDiffeoError } from './lib/error.ts';
export { flow } from './lib/flow.ts';
export type {
  Flow,
  FlowParams,
  LogProbOptions,
  SampleOptions,
  StartingRows,
  StartingSource,
  StartOptions,
  TracedStep,
} from './lib/flow-contract.ts';
export type { FlowSpec } from './lib/flow-spec.ts';
export { hydrate } from './lib/hydrate.ts';
export { chain } from './lib/layers/chain.ts';
export { invert } from './lib/layers/invert.ts';
export { type LoadAsyncOptions, type LoadOptions, load, loadAsync } from './lib/load.ts';
export type { Loaded } from './lib/loading.ts';
export { bitsPerDim, negativeLogLikelihood } from './lib/loss.ts';
export type { Metadata } from './lib/model-format.ts';
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
} from './lib/params.ts';
export { type RunningMoments, runningMoments } from './lib/running-moments.ts';
export { save } from './lib/save.ts';
export {
  fold,
  normal,
  type RandomSource,
  randomSource,
  type Seed,
  shuffled,
  uniform,
} from './lib/seed.ts';
export { sequence } from './lib/sequence.ts';
export { type Shape, sameShape, sizeOf } from './lib/shape.ts';
export { specOf } from './lib/spec-of.ts';
