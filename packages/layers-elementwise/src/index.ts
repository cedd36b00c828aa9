export { conformance } from './lib/conformance.ts';
export { elementwise } from './lib/elementwise.ts';
export { elementwiseDefinitions } from './lib/elementwise-definitions.ts';
export { gaussianise } from './lib/gaussianise/gaussianise.ts';
export {
  alongMarginal,
  backAlongMarginal,
  type MarginalCurve,
  type MarginalCurveOptions,
  marginalCurve,
} from './lib/gaussianise/marginal-curve.ts';
export { logit } from './lib/logit.ts';
export { rescale } from './lib/rescale.ts';
export { standardise } from './lib/standardise.ts';
export { whiten } from './lib/whiten.ts';
