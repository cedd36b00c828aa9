import { type Definition, defineTransform, type ElementwiseTransform, everywhere, type Interval } from '@diffeo/core';
import { add, log, maximum, mul, neg, type Tensor, tanh } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { softPlus } from '../../exact/soft-plus.ts';
import { onlyWithin } from './only-within.ts';

const schema = strictObject({});
const positive: Interval = [0, Number.POSITIVE_INFINITY];
/** The smallest number of which half is a normal number of float32. */
const tiny = 2.4e-38;

/** y + log(1 − e⁻ʸ), where 1 − e⁻ʸ = tanh(y/2)·(1 + e⁻ʸ) loses no digits. */
const inverseOf = (y: Tensor): Tensor => add(y, add(log(tanh(mul(y, 0.5))), softPlus(neg(y))));

const softplusTransform: ElementwiseTransform = {
  parameters: 0,
  domain: everywhere,
  codomain: positive,
  forward: (x) => ({ value: maximum(softPlus(x), tiny), logSlope: neg(softPlus(neg(x))) }),
  inverse: (y) => {
    const value = inverseOf(maximum(y, tiny));
    return { value, logSlope: onlyWithin(positive, y, softPlus(neg(value))) };
  },
};

/**
 * y = log(1 + eˣ), onto the positive numbers: large numbers stay nearly as they are. No parameters. Values end where float32 does;
 * what isn't positive has the density 0.
 */
export const softplus: Definition<'transform', typeof schema> = /* @__PURE__ */ defineTransform({
  type: '@diffeo/ops/softplus',
  version: 1,
  schema,
  build: () => softplusTransform,
});
