export { autoregressive } from './lib/autoregressive.ts';
export { autoregressiveDefinitions } from './lib/autoregressive-definitions.ts';
export { conformance } from './lib/conformance.ts';
export {
  type AffineAutoregressiveOptions,
  type AutoregressiveFlowOptions,
  iaf,
  maf,
  type SplineMAFOptions,
  splineMAF,
} from './lib/presets.ts';
export { type TarFlowOptions, tarFlow } from './lib/tar-flow.ts';
