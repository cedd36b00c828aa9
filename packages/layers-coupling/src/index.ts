export { additiveCoupling } from './lib/additive-coupling.ts';
export { affineCoupling } from './lib/affine-coupling.ts';
export { convolutional } from './lib/convolutional.ts';
export { couplingDefinitions } from './lib/coupling-definitions.ts';
export { type ImageCouplingOptions, imageCoupling } from './lib/image-coupling.ts';
export { mlp } from './lib/mlp.ts';
export { type RealNVPOptions, realNVP } from './lib/real-nvp.ts';
