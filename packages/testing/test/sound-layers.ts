import { type Call, defineLayer, fold, leaf, normal, type Site } from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import { add, concat, exp, mul, neg, slice, sub, sum, type Tensor, tanh } from '@tensorflow/tfjs-core';
import { soundAffine } from '../src/lib/controls/sound-affine.ts';

/** A schema that takes any configuration. */
export const anyConfig = {
  '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value: value as object }) },
} as const;

/** exp(a) · z + b, number by number. */
export const elementwiseAffine = defineLayer({
  type: 'test/elementwise-affine',
  version: 1,
  schema: anyConfig,
  build: (_, { eventShape }) => soundAffine(eventShape),
});

interface CouplingParams {
  readonly hidden: Tensor;
  readonly bias: Tensor;
  readonly scale: Tensor;
  readonly shift: Tensor;
}

/** The first half and the context scale and shift the second half. */
export const tinyCoupling = defineLayer({
  type: 'test/tiny-coupling',
  version: 1,
  schema: anyConfig,
  build: (_, { eventShape, contextShape, fail }: Site) => {
    const [size = 0] = eventShape;
    if (size < 2 || eventShape.length !== 1) fail('takes vectors of at least two');
    const keep = Math.floor(size / 2);
    const inputs = keep + (contextShape?.[0] ?? 0);
    const shapes = { hidden: [inputs, 8], bias: [8], scale: [8, size - keep], shift: [8, size - keep] } as const;
    const condition = (params: CouplingParams, kept: Tensor, { context }: Call) => {
      const seen = context ? concat([kept, context], 1) : kept;
      const hidden = tanh(add(product(seen, params.hidden), params.bias));
      return { logScale: mul(tanh(product(hidden, params.scale)), 2), shift: product(hidden, params.shift) };
    };
    const split = (x: Tensor): [Tensor, Tensor] => {
      const batch = x.shape[0] as number;
      return [slice(x, [0, 0], [batch, keep]), slice(x, [0, keep], [batch, size - keep])];
    };
    return {
      eventShape,
      baseShape: eventShape,
      contextShape,
      layout: {
        hidden: leaf(shapes.hidden),
        bias: leaf(shapes.bias),
        scale: leaf(shapes.scale),
        shift: leaf(shapes.shift),
      },
      init: (seed): CouplingParams => ({
        hidden: normal(shapes.hidden, fold(seed, 'hidden')),
        bias: normal(shapes.bias, fold(seed, 'bias')),
        scale: mul(normal(shapes.scale, fold(seed, 'scale')), 0.01),
        shift: mul(normal(shapes.shift, fold(seed, 'shift')), 0.01),
      }),
      forward: (params: CouplingParams, z, call) => {
        const [kept, changed] = split(z);
        const { logScale, shift } = condition(params, kept, call);
        return { value: concat([kept, add(mul(changed, exp(logScale)), shift)], 1), logDet: sum(logScale, 1) };
      },
      inverse: (params: CouplingParams, x, call) => {
        const [kept, changed] = split(x);
        const { logScale, shift } = condition(params, kept, call);
        return {
          value: concat([kept, mul(sub(changed, shift), exp(neg(logScale)))], 1),
          logDet: neg(sum(logScale, 1)),
        };
      },
    };
  },
});
