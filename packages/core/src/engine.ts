export { checkpoint } from './lib/checkpoint.ts';
export {
  copyTensor,
  type Differentiable,
  differentiate,
  openTapes,
  product,
  runDifferentiable,
  tidied,
} from './lib/engine.ts';
export { draws } from './lib/seed.ts';
