export {
  copyTensor,
  type Differentiable,
  differentiate,
  openTapes,
  product,
  runDifferentiable,
} from './lib/engine.ts';
