/** How what callers give is checked: the same way, in the same words, in every package. */
export { closestWord, didYouMean } from './lib/arguments/closest-word.ts';
export { describeValue, oneLine, shortName } from './lib/arguments/describe-value.ts';
export {
  anything,
  callable,
  either,
  listOf,
  numberBetween,
  type OptionCheck,
  oneOf,
  positiveNumber,
  record,
  required,
  seedNumber,
  share,
  tensorOption,
  text,
  trueOrFalse,
  wholeNumber,
} from './lib/arguments/option-checks.ts';
export { requireContext, requireData } from './lib/arguments/require-inputs.ts';
export { type OptionChecks, type OtherWords, requireOptions } from './lib/arguments/require-options.ts';
export { requireParams } from './lib/arguments/require-params.ts';
export { requireTensor } from './lib/arguments/require-tensor.ts';
export { requireSeed } from './lib/params/seed.ts';
