import { pathOf } from './line.ts';
import { colorOf, type Ink, type Mark, unless } from './mark.ts';
import type { PlanePoint } from './plane.ts';

/** What lies between a curve and a straight line along an axis. */
export interface Area extends Ink {
  readonly points: readonly PlanePoint[];
  /** Where the straight line lies. Default 0. */
  readonly base?: number;
  /** The axis along which it runs. Default `x`. */
  readonly along?: 'x' | 'y';
}

/** The area between a curve and an axis, in the first colour of the theme unless told otherwise. */
export const area =
  ({ points, base = 0, along = 'x', color = 'first', opacity = 1 }: Area): Mark =>
  (plane, theme) => {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last) return '';
    const foot = ([x, y]: PlanePoint): PlanePoint => (along === 'x' ? [x, base] : [base, y]);
    const outline = [foot(first), ...points, foot(last)];
    return `<path d="${pathOf(plane, outline)}Z" fill="${colorOf(theme, color)}"${unless(1, 'fill-opacity', opacity)}/>`;
  };
