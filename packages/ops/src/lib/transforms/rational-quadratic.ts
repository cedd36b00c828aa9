import {
  type Definition,
  defineTransform,
  type ElementwiseTransform,
  type ElementwiseTransformed,
  everywhere,
} from '@diffeo/core';
import { add, clipByValue, concat, floor, mul, slice, sub, type Tensor } from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, optional, picklist, pipe, strictObject } from 'valibot';
import { parameterOf } from './elementwise.ts';
import { softClip } from './soft-clip.ts';
import { type SplineWay, splineMap } from './spline/spline-map.ts';
import { isPlain, leastOf, parameterCount, type SplineShape, slopeCount } from './spline/spline-shape.ts';

const share = pipe(number(), minValue(0), maxValue(0.5));
const schema = strictObject({
  /** How many bins there are. Default 8. */
  bins: optional(pipe(number(), integer(), minValue(2), maxValue(256)), 8),
  /** B: the spline lies in [−B, B]; on a circle, π for angles. Default 4. */
  bound: optional(pipe(number(), minValue(1e-3), maxValue(1e6)), 4),
  /**
   * `linear`: beyond ±B it is the identity, met with slope 1. `bounded`: it maps [−B, B] to itself, with slopes of its own at
   * both ends. `circular`: −B and B are one point of a circle, turned first by a phase, a parameter too.
   */
  tails: optional(picklist(['linear', 'bounded', 'circular']), 'linear'),
  /** The least width and height of a bin, as shares of 2B, and the least slope at a knot. Default 1e-3 each; with `softClip` 0, and no `leastSlope`. */
  leastWidth: optional(share),
  leastHeight: optional(share),
  leastSlope: optional(share),
  /**
   * c: raw widths and heights become u/(1 + |2u/c|), raw slopes u/(1 + |u/c|), and slopes are their exponentials instead of
   * softplus. The convention of the library zuko, where c is log 1000. Default: the convention of Durkan et al.
   */
  softClip: optional(pipe(number(), minValue(0.01), maxValue(20))),
});

const ways: Readonly<Record<'forward' | 'inverse', SplineWay>> = { inverse: 'evaluate', forward: 'solve' };

/** On [−B, B], by whole circumferences. */
const wrap = (x: Tensor, bound: number): Tensor =>
  clipByValue(sub(x, mul(2 * bound, floor(mul(add(x, bound), 1 / (2 * bound))))), -bound, bound);

/** Raw parameters as the spline takes them: soft-clipped where the shape says so, sizes within half of what slopes may reach. */
function clipped(shape: SplineShape, raw: Tensor): Tensor {
  const { bins, softClip: c } = shape;
  if (c === undefined || raw.size === 0) return raw;
  const [rows, all] = raw.shape as [number, number];
  const sizes = (2 * bins * all) / (2 * bins + slopeCount(shape));
  return concat(
    [softClip(slice(raw, [0, 0], [rows, sizes]), c / 2), softClip(slice(raw, [0, sizes], [rows, all - sizes]), c)],
    1,
  );
}

/** {@link rationalQuadratic}, built. */
export function rationalQuadraticTransform(shape: SplineShape): ElementwiseTransform {
  const { bins, bound, tails } = shape;
  const parameters = parameterCount(shape);
  const domain = tails === 'linear' ? everywhere : ([-bound, bound] as const);
  const onLine =
    (direction: 'forward' | 'inverse') =>
    (v: Tensor, raw: Tensor): ElementwiseTransformed => {
      const [value, logSlope] = splineMap(shape, ways[direction], v, clipped(shape, raw));
      return { value, logSlope };
    };
  if (tails !== 'circular')
    return {
      ...{ parameters, domain, codomain: domain, forward: onLine('forward'), inverse: onLine('inverse') },
      ...(isPlain(shape) && { kernel: { name: 'DiffeoRationalQuadratic', attributes: { bins, bound, tails } } }),
    };
  const apart = (raw: Tensor): readonly [spline: Tensor, phase: Tensor] => {
    const phase = parameterOf(raw, parameters - 1, parameters);
    const [rows, size] = phase.shape as [number, number];
    return [slice(raw, [0, 0], [rows, (parameters - 1) * size]), wrap(phase, bound)];
  };
  return {
    ...{ parameters, domain, codomain: domain },
    forward: (x, raw) => {
      const [spline, phase] = apart(raw);
      const { value, logSlope } = onLine('forward')(wrap(x, bound), spline);
      return { value: wrap(sub(value, phase), bound), logSlope };
    },
    inverse: (y, raw) => {
      const [spline, phase] = apart(raw);
      return onLine('inverse')(wrap(add(y, phase), bound), spline);
    },
  };
}

/**
 * The monotone rational-quadratic spline of Durkan et al. 2019 ("Neural spline flows", eq. 4–8) on [−B, B]. Raw parameters are
 * `bins` widths, `bins` heights, and slopes at knots (`bins` − 1 inner ones where tails are linear, all `bins` + 1 where it is
 * bounded, `bins` on a circle, which has a phase last, in units of x). Widths and heights are shares of 2B by a softmax,
 * slopes softplus; none is below 1e-3, and raw zeros are the identity. Other floors, and `softClip`, are for models that were
 * trained in other libraries; they have no kernel.
 *
 * inverse, data → base: the spline. forward, base → data: the root of its quadratic. Log-slopes are of the same place in the bin.
 */
export const rationalQuadratic: Definition<'transform', typeof schema> = /* @__PURE__ */ defineTransform({
  type: '@diffeo/ops/rational-quadratic',
  version: 1,
  schema,
  build: (shape, { fail }) => {
    if (shape.softClip !== undefined && shape.leastSlope !== undefined) {
      fail('with softClip slopes are exponentials within it, and have no leastSlope besides');
    }
    const { width, height } = leastOf(shape);
    if (shape.bins * Math.max(width, height) >= 1) {
      fail(`${shape.bins} bins of at least ${Math.max(width, height)} of the interval each do not fit into it`);
    }
    return rationalQuadraticTransform(shape);
  },
});
