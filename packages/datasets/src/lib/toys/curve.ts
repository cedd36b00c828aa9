import type { Point } from './toy-density.ts';

/** A curve of the plane with a random point on it. */
export interface Curve {
  /** The share of all samples that come from this curve. */
  readonly weight: number;
  readonly from: number;
  readonly to: number;
  point(t: number): Point;
  /** The density of the parameter on [from, to]. */
  density(t: number): number;
  /** The parameter below which the share `u` of the samples lies. */
  quantile(u: number): number;
}
