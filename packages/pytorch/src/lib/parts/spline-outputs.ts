import type { Output } from '../networks/dense.ts';

/** How a spline of nflows' family has its parameters, for each number in a run: widths, heights, then slopes. */
export interface SplineConvention {
  readonly bins: number;
  /** How many slopes there are: one fewer than bins where tails are linear. */
  readonly slopes: number;
  /** By what widths and heights are multiplied before the softmax. */
  readonly sizeFactor: number;
  /** What is added to slopes: ours are 1 where raw numbers are 0. */
  readonly slopeOffset: number;
}

/** Splines of nflows and normflows take softplus(u) + least; ours softplus(u + c) + least, with c such that 0 gives 1. */
export const softplusOffset = (least: number): number => -Math.log(Math.expm1(1 - least));

/** Ours, parameter by parameter, of theirs, number by number. */
export function splineOutputs(numbers: number, { bins, slopes, sizeFactor, slopeOffset }: SplineConvention): Output[] {
  const each = 2 * bins + slopes;
  return Array.from({ length: each * numbers }, (_, at) => {
    const [k, number] = [Math.floor(at / numbers), at % numbers];
    const row = number * each + k;
    return k < 2 * bins ? { row, factor: sizeFactor } : { row, offset: slopeOffset };
  });
}

/** Ours, (a, t), of runs for each number with a at one place and t at another. */
export function affineOutputs(numbers: number, places: { readonly scale: number; readonly shift: number }): Output[] {
  const at = (place: number) => Array.from({ length: numbers }, (_, number) => ({ row: 2 * number + place }));
  return [...at(places.scale), ...at(places.shift)];
}
