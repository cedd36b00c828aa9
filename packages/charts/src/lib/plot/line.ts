import { colorOf, type Ink, type Mark, unless } from './mark.ts';
import type { Plane, PlanePoint } from './plane.ts';

/** A polygonal line. */
export interface Line extends Ink {
  readonly points: readonly PlanePoint[];
  /** In CSS pixels. Default 1.5. */
  readonly width?: number;
  /** Lengths of strokes and gaps, in CSS pixels. Default: unbroken. */
  readonly dash?: readonly number[];
}

/** Points joined by straight strokes, in the first colour of the theme unless told otherwise. */
export const line =
  ({ points, ...style }: Line): Mark =>
  (plane, theme) =>
    lines({ ...style, lines: [points] })(plane, theme);

/** Many lines of one style, as one element. */
export interface Lines extends Omit<Line, 'points'> {
  readonly lines: readonly (readonly PlanePoint[])[];
}

/** Several polygonal lines of one style. */
export const lines =
  ({ lines: all, color = 'first', opacity = 1, width = 1.5, dash }: Lines): Mark =>
  (plane, theme) => {
    const d = all.map((points) => pathOf(plane, points)).join('');
    if (d === '') return '';
    const dashes = dash ? ` stroke-dasharray="${dash.join(' ')}"` : '';
    return `<path d="${d}" fill="none" stroke="${colorOf(theme, color)}"${unless(1, 'stroke-width', width)}${unless(1, 'stroke-opacity', opacity)}${dashes} stroke-linejoin="round"/>`;
  };

/** The strokes through points, as the commands of a path. */
export const pathOf = (plane: Plane, points: readonly PlanePoint[]): string =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${plane.x(x)} ${plane.y(y)}`).join('');
