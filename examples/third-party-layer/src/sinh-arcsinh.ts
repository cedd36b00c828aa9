import { type Definition, defineLayer, leaf } from '@diffeo/core';
import {
  abs,
  add,
  asinh,
  div,
  exp,
  mul,
  neg,
  sinh,
  softplus,
  sub,
  sum,
  type Tensor,
  tanh,
  zeros,
} from '@tensorflow/tfjs-core';
import { maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';

const schema = strictObject({
  /** Skew and log-tail lie within ± this, above 0 and up to 2; beyond that float32 could overflow. Default 1. */
  bound: optional(pipe(number(), minValue(0.01), maxValue(2)), 1),
});

interface SinhArcsinhParams {
  /** The event's shape. Above 0: the data leans to the right. */
  readonly skew: Tensor;
  /** The event's shape. Below 0: the tails of the data are heavier than those of the base. */
  readonly logTail: Tensor;
}

/** log cosh u + log 2, without the overflow of cosh at 89. The log 2 cancels in a difference. */
const logCosh = (u: Tensor): Tensor => add(abs(u), softplus(mul(abs(u), -2)));

/**
 * The sinh-arcsinh map (Jones & Pewsey 2009, "Sinh-arcsinh distributions", eq. 2), each dimension alone. It learns the
 * skewness and the weight of the tails, and starts as the identity. Takes events of any shape; ignores the context.
 *
 * With a = asinh(z) and b = asinh(x): b = (a + skew) · exp(−logTail), so that both directions are closed.
 * dx/dz = cosh(b)/cosh(a) · exp(−logTail), because the derivative of sinh is cosh and cosh(asinh(z)) = √(1 + z²).
 */
export const sinhArcsinh: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: 'planar-layer/sinh-arcsinh',
  version: 1,
  schema,
  build: ({ bound }, { eventShape }) => {
    const eventAxes = eventShape.map((_, i) => i + 1);
    const bounded = (raw: Tensor): Tensor => mul(tanh(div(raw, bound)), bound);
    /** log dx/dz, summed over the event: `[batch]`. */
    const logSlope = (a: Tensor, b: Tensor, logTail: Tensor): Tensor =>
      sum(sub(sub(logCosh(b), logCosh(a)), logTail), eventAxes);
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      layout: { skew: leaf(eventShape), logTail: leaf(eventShape) },
      init: () => ({ skew: zeros([...eventShape]), logTail: zeros([...eventShape]) }),
      forward: (params: SinhArcsinhParams, z: Tensor) => {
        const logTail = bounded(params.logTail);
        const a = asinh(z);
        const b = mul(add(a, bounded(params.skew)), exp(neg(logTail)));
        return { value: sinh(b), logDet: logSlope(a, b, logTail) };
      },
      inverse: (params: SinhArcsinhParams, x: Tensor) => {
        const logTail = bounded(params.logTail);
        const b = asinh(x);
        const a = sub(mul(b, exp(logTail)), bounded(params.skew));
        return { value: sinh(a), logDet: neg(logSlope(a, b, logTail)) };
      },
    };
  },
});
