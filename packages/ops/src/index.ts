export type { ActivationName } from './lib/activation.ts';
export { type AffineResult, affine } from './lib/affine.ts';
export { type Dense, type DenseStackOptions, denseStack } from './lib/dense-stack.ts';
export { type FusedOp, fusedOp } from './lib/fused-op.ts';
export { permute } from './lib/permute.ts';
export { type TriangularInverseOptions, triangularInverse } from './lib/triangular-inverse.ts';
