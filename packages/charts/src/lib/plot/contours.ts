import { contours as contoursOf } from 'd3-contour';
import { type GridOfNumbers, requireGrid } from './grid-of-numbers.ts';
import { colorOf, type Ink, type Mark } from './mark.ts';

/** Numbers over the plane, and the levels at which to draw them. */
export interface Contours extends GridOfNumbers, Ink {
  /** Each is the border of one more layer of colour. */
  readonly thresholds: readonly number[];
  /** Of each layer, 0 to 1; where they lie above each other they add up. Default: 0.75 over the number of thresholds. */
  readonly opacity?: number;
}

/**
 * Filled level sets of numbers on a grid, such as a density: each level adds a layer of colour. Borders run where straight lines between
 * the middles of the boxes cross the level (marching squares, by d3-contour).
 *
 * Throws `DATA` for a grid that is not full, `NOT_FINITE` for NaN and infinities.
 */
export const contours = ({ thresholds, color = 'first', opacity, ...grid }: Contours): Mark => {
  requireGrid('contours', grid);
  const { values, columns, rows, x, y } = grid;
  return (plane, theme) => {
    const across = (at: number): number => plane.x(x[0] + (at / columns) * (x[1] - x[0]));
    const up = (at: number): number => plane.y(y[0] + (at / rows) * (y[1] - y[0]));
    const layers = contoursOf()
      .size([columns, rows])
      .thresholds([...thresholds])(Array.from(values));
    const ring = (points: readonly (readonly number[])[]): string =>
      `${points.map(([i = 0, j = 0], at) => `${at === 0 ? 'M' : 'L'}${across(i)} ${up(j)}`).join('')}Z`;
    const drawn = layers
      .map(({ coordinates }) => coordinates.flat().map(ring).join(''))
      .filter((d) => d !== '')
      .map((d) => `<path d="${d}"/>`);
    if (drawn.length === 0) return '';
    const each = opacity ?? 0.75 / thresholds.length;
    return `<g fill="${colorOf(theme, color)}" fill-opacity="${Number(each.toFixed(3))}" fill-rule="evenodd">${drawn.join('')}</g>`;
  };
};
