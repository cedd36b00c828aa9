export { additiveCoupling } from './lib/additive-coupling.ts';
export { type AffineCouplingOptions, affineCoupling } from './lib/affine-coupling.ts';
export { conformance } from './lib/conformance.ts';
export { type CouplingOptions, coupling } from './lib/coupling.ts';
export { couplingDefinitions } from './lib/coupling-definitions.ts';
export { type ImageCouplingOptions, imageCoupling } from './lib/image-coupling.ts';
export { type RealNVPOptions, realNVP } from './lib/real-nvp.ts';
export { couplingColumns } from './lib/splits/coupling-columns.ts';
export type { Columns } from './lib/splits/mask.ts';
