export { logOnePlus } from './lib/bases/log-one-plus.ts';
export { checkpoint } from './lib/gradients/checkpoint.ts';
export {
  copyTensor,
  type Differentiable,
  differentiate,
  openTapes,
  product,
  runDifferentiable,
  tidied,
  untaped,
} from './lib/gradients/engine.ts';
export { canReadNow, readNow } from './lib/gradients/read-now.ts';
export { typesOf } from './lib/model/types-of.ts';
export { draws } from './lib/params/seed.ts';
export { currentPart, failedPart } from './lib/tracing/current-part.ts';
export { fixedRounds, withFixedRounds } from './lib/tracing/fixed-rounds.ts';
