import { DiffeoError } from '@diffeo/core';

/** A range of numbers, the lower first. */
export type Domain = readonly [low: number, high: number];

/** A point in the units of the axes. */
export type PlanePoint = readonly [x: number, y: number];

/** Where numbers lie in the picture. */
export interface Plane {
  /** The place of a number of the x-axis, in CSS pixels from the left. Throws `NOT_FINITE`. */
  x(value: number): number;
  /** The place of a number of the y-axis, in CSS pixels from the top. Throws `NOT_FINITE`. */
  y(value: number): number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The plane between four sides in CSS pixels, on which the domains lie. */
export const planeOf = (
  domains: { readonly x: Domain; readonly y: Domain },
  sides: Pick<Plane, 'left' | 'right' | 'top' | 'bottom'>,
): Plane => ({
  ...sides,
  x: straightLine('x', domains.x, sides.left, sides.right),
  y: straightLine('y', domains.y, sides.bottom, sides.top),
});

const straightLine = (name: string, [low, high]: Domain, from: number, to: number): ((value: number) => number) => {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new DiffeoError(
      'CONFIG',
      `plot: the domain of ${name} is two numbers, the lower first; got [${low}, ${high}].`,
    );
  }
  return (value) => {
    if (!Number.isFinite(value))
      throw new DiffeoError('NOT_FINITE', `plot: ${value} has no place on the ${name}-axis.`);
    return pixel(from + ((value - low) / (high - low)) * (to - from));
  };
};

/** In hundredths of a pixel, which no eye can tell apart and which keeps pictures small. */
export const pixel = (value: number): number => Math.round(value * 100) / 100 + 0;
