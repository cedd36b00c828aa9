import type { PlanePoint } from '@diffeo/charts';
import { buildParams, disposeParams, type FlowParams, flow } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { coupling } from '@diffeo/layers-coupling';
import { rationalQuadratic } from '@diffeo/ops';
import { exp, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';

/** The map lies in ±bound, and is the identity beyond. */
export const bound = 3;
/** Where the handles stand in the base: between them and the ends the map is a piece of a rational-quadratic spline each. */
export const handles = [-1.5, 0, 1.5] as const;
/** How near to each other the map may bring two handles. */
const closest = 0.25;
/** Of the spline (its documentation): the smallest width, height and slope. */
const least = 1e-3;
const bins = handles.length + 1;

/** Where the handles go. */
export type Goals = readonly [number, number, number];

/** One part of the line, in the base and in data, and the density over it. */
export interface Slice {
  readonly base: readonly PlanePoint[];
  readonly data: readonly PlanePoint[];
}

/** A monotone map of the line and the two densities. */
export interface Stretched {
  readonly goals: Goals;
  /** z and x along the map. */
  readonly map: readonly PlanePoint[];
  /** Slices of equal width in the base, from left to right: their curves are `z, p(z)` and `x, p(x)`. */
  readonly slices: readonly Slice[];
}

export const sliceCount = 6;
const pointsInSlice = 48;

/** Keeps the order of the handles: each stays away from its neighbours and from the ends. */
export function ordered([left, middle, right]: Goals): Goals {
  const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
  const centre = within(middle, -bound + 2 * closest, bound - 2 * closest);
  return [within(left, -bound + closest, centre - closest), centre, within(right, centre + closest, bound - closest)];
}

/** The raw parameters of the spline (data → base) whose knots are the goals and the handles. */
function rawParameters(goals: Goals): number[] {
  const between = (ends: readonly number[]): number[] => ends.slice(1).map((end, i) => end - (ends[i] as number));
  const widths = between([-bound, ...goals, bound]);
  const heights = between([-bound, ...handles, bound]);
  const share = (size: number): number => Math.log((size / (2 * bound) - least) / (1 - bins * least));
  const steepness = widths.map((width, i) => (heights[i] as number) / width);
  // At a knot, the harmonic mean of the slopes beside it, which keeps the map smooth and without bumps.
  const slopes = handles.map((_, i) => {
    const [before, after] = [steepness[i] as number, steepness[i + 1] as number];
    return (2 * before * after) / (before + after);
  });
  const inverseSoftplus = (value: number): number => Math.log(Math.expm1(value - least));
  return [
    ...widths.map(share),
    ...heights.map(share),
    ...slopes.map((slope) => inverseSoftplus(slope) - inverseSoftplus(1)),
  ];
}

const model = flow({ eventShape: [1], layers: [coupling({ transform: rationalQuadratic({ bins, bound }) })] });

/** Maps the line so that the handles go to their goals. Everything but the parameters is the library's. */
export function stretch(wanted: Goals): Stretched {
  const goals = ordered(wanted);
  const params: FlowParams = buildParams(model.layout, () => tensor1d(rawParameters(goals)));
  const count = sliceCount * pointsInSlice + 1;
  const z = Array.from({ length: count }, (_, i) => -bound + (2 * bound * i) / (count - 1));
  try {
    return tidied(() => {
      const x = model.toData(params, tensor2d(z, [count, 1]));
      const density = exp(model.logProb(params, x)).dataSync();
      const [, base] = model.trace(params, x); // behind the one layer
      const baseDensity = exp(base?.logDet as Tensor).dataSync();
      const places = x.dataSync();
      return {
        goals,
        map: z.map((value, i): PlanePoint => [value, places[i] as number]),
        slices: Array.from({ length: sliceCount }, (_, slice) => {
          const indices = Array.from({ length: pointsInSlice + 1 }, (_, i) => slice * pointsInSlice + i);
          return {
            base: indices.map((i): PlanePoint => [z[i] as number, baseDensity[i] as number]),
            data: indices.map((i): PlanePoint => [places[i] as number, density[i] as number]),
          };
        }),
      };
    });
  } finally {
    disposeParams(model.layout, params);
  }
}

/** The area under a slice's curve (trapezoids). */
export const areaUnder = (curve: readonly PlanePoint[]): number =>
  curve.slice(1).reduce((sum, [x, height], i) => {
    const [before, heightBefore] = curve[i] as PlanePoint;
    return sum + ((x - before) * (height + heightBefore)) / 2;
  }, 0);

/** How wide a slice is. */
export const widthOf = (curve: readonly PlanePoint[]): number => (curve.at(-1)?.[0] ?? 0) - (curve[0]?.[0] ?? 0);
