export { checkBase } from './lib/check-base.ts';
export { checkLayer } from './lib/check-layer.ts';
export type { NegativeControl } from './lib/controls/broken.ts';
export { checkControl } from './lib/controls/check-control.ts';
export { negativeControls } from './lib/controls/negative-controls.ts';
export { countTensors } from './lib/numeric/count-tensors.ts';
export { fillHeap } from './lib/numeric/fill-heap.ts';
export { type Integral, integrate1d, integrate2d, type LogDensity } from './lib/numeric/integrate.ts';
export { jacobian } from './lib/numeric/jacobian.ts';
export { logAbsDeterminant } from './lib/numeric/log-abs-determinant.ts';
export { pushParams } from './lib/numeric/push-params.ts';
export { randomiseParams } from './lib/numeric/randomise-params.ts';
export { type TaylorOptions, type TaylorRemainders, taylorRemainders } from './lib/numeric/taylor-remainders.ts';
export type {
  BaseOptions,
  Capabilities,
  CheckOptions,
  Conformance,
  Interval,
  LayerOptions,
  RowFunction,
  TransformedRow,
} from './lib/options.ts';
export {
  checkPart,
  type PartCheckOptions,
  type PartPlan,
  type PartReport,
  planPart,
} from './lib/package/check-part.ts';
export { type CheckablePart, type PackageParts, partsOf } from './lib/package/parts-of.ts';
export type { CheckResult, Report } from './lib/plan/check.ts';
export { type CheckDescription, listChecks } from './lib/plan/list-checks.ts';
export type { PartKind, Place, Source } from './lib/trial/place.ts';
