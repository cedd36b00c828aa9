export { conformance } from './conformance.ts';
export { definitions } from './definitions.ts';
export { sinhArcsinh } from './sinh-arcsinh.ts';
