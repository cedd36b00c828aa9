import { type Definition, defineTransform, type ElementwiseTransform, everywhere } from '@diffeo/core';
import { add, sub, zerosLike } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';

const schema = strictObject({});

const additiveTransform: ElementwiseTransform = {
  parameters: 1,
  domain: everywhere,
  codomain: everywhere,
  forward: (x, shift) => ({ value: add(x, shift), logSlope: zerosLike(x) }),
  inverse: (y, shift) => ({ value: sub(y, shift), logSlope: zerosLike(y) }),
};

/** A shift (Dinh et al. 2015, "NICE", eq. 10): it keeps volumes, so log-slopes are 0. forward: x + t. inverse: y − t. */
export const additive: Definition<'transform', typeof schema> = /* @__PURE__ */ defineTransform({
  type: '@diffeo/ops/additive',
  version: 1,
  schema,
  build: () => additiveTransform,
});
