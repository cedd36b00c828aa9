export { conformance } from './conformance.ts';
export { definitions } from './definitions.ts';
export { planar } from './planar.ts';
export { sinhArcsinh } from './sinh-arcsinh.ts';
