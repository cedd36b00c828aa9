import { type Definition, defineLayer, leaf, normal, sizeOf } from '@diffeo/core';
import {
  abs,
  add,
  div,
  greater,
  log,
  mul,
  neg,
  reshape,
  scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  where,
  zeros,
} from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';

const schema = strictObject({});

interface PlanarParams {
  /** `[dimensions]`: across the ridge along which the map bends. */
  readonly direction: Tensor;
  /** `[dimensions]`: how far it shifts; 0 is the identity. */
  readonly shift: Tensor;
  /** `[]`: where the ridge lies. */
  readonly offset: Tensor;
  /** `[size of the context]`: how the context moves the ridge; only where there is one. */
  readonly byContext?: Tensor;
}

/** The slope along `direction` lies between 1 − this and 1 + this, and so above 0. */
const most = 0.95;
/** The interval is at most 1.9 wide; halved so often it is 5e-4, from where each of Newton's steps squares the error. */
const bisections = 12;
const newtonSteps = 2;

/** g(α) = α + m·tanh(α) and its slope, which is at least 1 − 0.95. */
const bend = (alpha: Tensor, m: Tensor) => {
  const turned = tanh(alpha);
  return { value: add(alpha, mul(m, turned)), slope: add(1, mul(m, sub(1, square(turned)))) };
};

/**
 * The α with α + m·tanh(α) = y, to float32 rounding. `y`: `[batch]`.
 *
 * It is differentiable although bisection is not: at the root a Newton step does not depend on where it starts, so
 * whatever gradient comes in is forgotten, and the last step leaves dα = (dy − tanh(α)·dm) / slope, which is the implicit
 * function's.
 */
function solve(y: Tensor, m: Tensor): Tensor {
  let low = sub(y, abs(m));
  let high = add(y, abs(m));
  for (let i = 0; i < bisections; i++) {
    const middle = mul(add(low, high), 0.5);
    const above = greater(bend(middle, m).value, y);
    low = where(above, low, middle);
    high = where(above, middle, high);
  }
  let alpha = mul(add(low, high), 0.5);
  for (let i = 0; i < newtonSteps; i++) {
    const { value, slope } = bend(alpha, m);
    alpha = sub(alpha, div(sub(value, y), slope));
  }
  return alpha;
}

/**
 * The planar map (Rezende & Mohamed 2015, "Variational inference with normalizing flows", §4.1), from data to base:
 * z = x + u·tanh(w·x + b), where b is moved by the context. Takes vectors; starts as the identity.
 *
 * By the matrix determinant lemma |dz/dx| = 1 + w·u·(1 − tanh²(w·x + b)), which is above 0 as long as w·u > −1. So the
 * shift that is learned is shortened, u = 0.95·shift/√(1 + (w·shift)²), and w·u lies within ±0.95.
 *
 * The other direction has no closed form, and yet is no more than one number for each row: with α = w·x + b and
 * m = w·u, multiplying by w gives α + m·tanh(α) = w·z + b, which increases in α. Then x = z − u·tanh(α).
 */
export const planar: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: 'planar-layer/planar',
  version: 1,
  schema,
  build: (_config, { eventShape, contextShape, fail }) => {
    if (eventShape.length !== 1) fail('planar takes vectors, that is an event shape of one number');
    const dimensions = sizeOf(eventShape);
    const contextSize = contextShape && sizeOf(contextShape);

    const parts = ({ direction: w, shift, offset, byContext }: PlanarParams, context: Tensor | undefined) => {
      const along = sum(mul(w, shift));
      const shortened = div(most, sqrt(add(1, square(along))));
      const u = mul(shift, shortened);
      const moved =
        context && byContext && contextSize
          ? sum(mul(reshape(context, [context.shape[0] as number, contextSize]), byContext), 1)
          : scalar(0);
      return { w, u, m: mul(along, shortened), b: add(offset, moved) };
    };
    /** How far along w a batch lies: `[batch]`. */
    const project = (x: Tensor, w: Tensor): Tensor => sum(mul(x, w), 1);
    const shiftBy = (u: Tensor, alpha: Tensor): Tensor => mul(reshape(tanh(alpha), [alpha.size, 1]), u);

    return {
      eventShape,
      baseShape: eventShape,
      contextShape,
      layout: {
        direction: leaf(eventShape),
        shift: leaf(eventShape),
        offset: leaf([]),
        ...(contextSize && { byContext: leaf([contextSize]) }),
      },
      init: (seed) => ({
        direction: div(normal(eventShape, seed), Math.sqrt(dimensions)),
        shift: zeros([dimensions]),
        offset: scalar(0),
        ...(contextSize && { byContext: zeros([contextSize]) }),
      }),
      inverse: (params: PlanarParams, x: Tensor, { context }) => {
        const { w, u, m, b } = parts(params, context);
        const alpha = add(project(x, w), b);
        return { value: add(x, shiftBy(u, alpha)), logDet: log(bend(alpha, m).slope) };
      },
      forward: (params: PlanarParams, z: Tensor, { context }) => {
        const { w, u, m, b } = parts(params, context);
        const alpha = solve(add(project(z, w), b), m);
        return { value: sub(z, shiftBy(u, alpha)), logDet: neg(log(bend(alpha, m).slope)) };
      },
    };
  },
});
