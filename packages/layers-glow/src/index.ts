export { actnorm } from './lib/actnorm.ts';
export { glowDefinitions } from './lib/glow-definitions.ts';
export { invertibleLinear } from './lib/invertible-linear.ts';
export { permute } from './lib/permute.ts';
export { reverse } from './lib/reverse.ts';
