export { actnorm } from './lib/actnorm.ts';
export { conformance } from './lib/conformance.ts';
export { glowDefinitions } from './lib/glow-definitions.ts';
export { haar } from './lib/haar.ts';
export { invertibleLinear } from './lib/invertible-linear.ts';
export { multiScale } from './lib/multi-scale.ts';
export { permute } from './lib/permute.ts';
export { reverse } from './lib/reverse.ts';
export { squeeze, unsqueeze } from './lib/squeeze.ts';
