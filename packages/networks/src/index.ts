export { buildConditioner, type Conditioner, type ConditionerParams } from './lib/conditioner.ts';
export { convolutional } from './lib/convolutional.ts';
export { mlp } from './lib/mlp.ts';
export { networkDefinitions } from './lib/network-definitions.ts';
