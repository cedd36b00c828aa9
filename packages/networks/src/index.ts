export { buildConditioner, type Conditioner, type ConditionerParams } from './lib/conditioner.ts';
export { convolutional } from './lib/convolutional.ts';
export { maskedMlp } from './lib/masked/masked-mlp.ts';
export { mlp } from './lib/mlp.ts';
export { networkDefinitions } from './lib/network-definitions.ts';
