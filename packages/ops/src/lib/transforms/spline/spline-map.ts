import { openTapes, runDifferentiable } from '@diffeo/core/engine';
import {
  abs,
  add,
  clipByValue,
  div,
  exp,
  lessEqual,
  mul,
  neg,
  slice,
  sub,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { byNumber, byParameter } from '../by-number.ts';
import { type Bin, type Bins, binOf, binsOf } from './spline-bins.ts';
import { logSlopeByPlace, type SplineCotangents, splineGradient } from './spline-gradient.ts';
import { logSlopeAt, type Piece, pieceAt, placeOf, placeReaching, valueAt } from './spline-piece.ts';
import { type SplineShape, slopeCount } from './spline-shape.ts';

/** Whether the spline is evaluated, or solved for where it reaches a number. */
export type SplineWay = 'evaluate' | 'solve';

interface Evaluated {
  /** Which numbers lie in the interval; the others stay. */
  readonly inside: Tensor;
  readonly all: Bins;
  readonly bin: Bin;
  readonly piece: Piece;
}

/** What both directions and the gradient begin with. Numbers outside are looked at as though they were at the bound: no infinity. */
function evaluate(shape: SplineShape, way: SplineWay, v: Tensor, raw: Tensor): Evaluated {
  const { bound } = shape;
  const clipped = clipByValue(v, -bound, bound);
  const all = binsOf(shape, byNumber(raw, 2 * shape.bins + slopeCount(shape)));
  const bin = binOf(shape, all, clipped, way === 'evaluate' ? 'widths' : 'heights');
  const piece = pieceAt(bin, way === 'evaluate' ? placeOf(bin, clipped) : placeReaching(bin, clipped));
  return { inside: lessEqual(abs(v), bound), all, bin, piece };
}

type Outputs = readonly [value: Tensor, logSlope: Tensor];

function compose(shape: SplineShape, way: SplineWay, v: Tensor, raw: Tensor): Outputs {
  const { inside, bin, piece } = evaluate(shape, way, v, raw);
  const logSlope = where(inside, logSlopeAt(bin, piece), zerosLike(v));
  const value = way === 'evaluate' ? valueAt(bin, piece) : add(bin.x0, mul(piece.t, bin.width));
  return [where(inside, value, v), way === 'evaluate' ? logSlope : neg(logSlope)];
}

/**
 * The gradients of {@link compose}. Where y is solved for, x(y) has the gradients of the y(x) that it undoes: with
 * A = (gx − gl·∂l/∂x) / (dy/dx), the gradient by y is A, and that by a parameter what y(x) gives for −A and −gl.
 */
function gradient(shape: SplineShape, way: SplineWay, v: Tensor, raw: Tensor, [dValue, dLogSlope]: Outputs) {
  const { inside, all, bin, piece } = evaluate(shape, way, v, raw);
  const within = (values: Tensor): Tensor => where(inside, values, zerosLike(values));
  const [gValue, gl] = [within(dValue), within(dLogSlope)];
  const logSlopeByX = div(logSlopeByPlace(bin, piece), bin.width);
  const slope = exp(logSlopeAt(bin, piece));
  const bySpline = (cotangents: SplineCotangents) => byParameter(splineGradient(shape, all, bin, piece, cotangents));
  if (way === 'evaluate') {
    const dv = where(inside, add(mul(gValue, slope), mul(gl, logSlopeByX)), dValue);
    return { v: dv, raw: bySpline({ gy: gValue, gl }) };
  }
  const byY = div(sub(gValue, mul(gl, logSlopeByX)), slope);
  return { v: where(inside, byY, dValue), raw: bySpline({ gy: neg(byY), gl: neg(gl) }) };
}

/**
 * A spline of each number `v` `[rows, size]`, by raw widths, heights and slopes `[rows, parameters · size]`. One node of a tape,
 * with a gradient written by hand; composed of others where that gradient is itself differentiated.
 */
export function splineMap(shape: SplineShape, way: SplineWay, v: Tensor, raw: Tensor): Outputs {
  // Some kernels of tfjs fail on nothing; the gradient by nothing still has a shape.
  if (v.size === 0) return [add(v, slice(raw, [0, 0], [v.shape[0] as number, v.shape[1] as number])), zerosLike(v)];
  if (openTapes() !== 1) return compose(shape, way, v, raw);
  return runDifferentiable<{ readonly v: Tensor; readonly raw: Tensor }, Outputs>({
    inputs: { v, raw },
    forward: (inputs, save) => {
      save([inputs.v, inputs.raw]);
      return compose(shape, way, inputs.v, inputs.raw);
    },
    backward: (outputs, [point, parameters]) => gradient(shape, way, point as Tensor, parameters as Tensor, outputs),
  });
}
