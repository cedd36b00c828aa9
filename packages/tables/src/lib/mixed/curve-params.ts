import type { MarginalCurve } from '@diffeo/layers-elementwise';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, pipe } from 'valibot';
import { readRows } from './read-rows.ts';

/** Knots of each curve in a configuration, 2 to 1025. */
export const knotsSchema = pipe(number(), integer(), minValue(2), maxValue(1025));

/** Curves as parameters, `[curves, knots]` each. */
export interface CurveParams {
  readonly x: Tensor;
  readonly z: Tensor;
  readonly slope: Tensor;
}

/** Curves as tensors, with room for one where there is none. */
export function curveParams(curves: readonly MarginalCurve[], knots: number): CurveParams {
  const room = Math.max(1, curves.length);
  const packed = (name: keyof MarginalCurve): Tensor => {
    const all = new Float32Array(room * knots);
    for (const [i, curve] of curves.entries()) all.set(curve[name], i * knots);
    return tensor2d(all, [room, knots]);
  };
  return { x: packed('x'), z: packed('z'), slope: packed('slope') };
}

/** The curves that parameters stand for. Reads them back from the device. */
export function curvesOf({ x, z, slope }: CurveParams, knots: number, count: number): readonly MarginalCurve[] {
  const [allX, allZ, allSlope] = [x, z, slope].map((tensor) => Float64Array.from(readRows(tensor))) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const part = (all: Float64Array, i: number): Float64Array => all.subarray(i * knots, (i + 1) * knots);
  return Array.from({ length: count }, (_, i) => ({ x: part(allX, i), z: part(allZ, i), slope: part(allSlope, i) }));
}

/** The straight line through 0, of slope 1. */
export function straightCurve(knots: number): MarginalCurve {
  const line = Float64Array.from({ length: knots }, (_, i) => i - (knots - 1) / 2);
  return { x: line, z: line, slope: new Float64Array(knots).fill(1) };
}
