export { classicDefinitions } from './lib/classic-definitions.ts';
export { conformance } from './lib/conformance.ts';
export { planar } from './lib/planar.ts';
export { radial } from './lib/radial.ts';
export { sylvester } from './lib/sylvester.ts';
