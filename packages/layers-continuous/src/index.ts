export { conformance } from './lib/conformance.ts';
export { continuous } from './lib/continuous.ts';
export { continuousDefinitions } from './lib/continuous-definitions.ts';
export { type FlowMatchingLoss, type FlowMatchingOptions, flowMatching } from './lib/flow-matching.ts';
export { type FfjordOptions, ffjord } from './lib/presets.ts';
