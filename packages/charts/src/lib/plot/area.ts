import { pathOf } from './line.ts';
import { colorOf, type Ink, type Mark, unless } from './mark.ts';
import type { PlanePoint } from './plane.ts';

/** What lies between a curve and a straight line along the x-axis. */
export interface Area extends Ink {
  readonly points: readonly PlanePoint[];
  /** Where the straight line lies. Default 0. */
  readonly base?: number;
}

/** The area under a curve, in the first colour of the theme unless told otherwise. */
export const area =
  ({ points, base = 0, color = 'first', opacity = 1 }: Area): Mark =>
  (plane, theme) => {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last) return '';
    const outline: readonly PlanePoint[] = [[first[0], base], ...points, [last[0], base]];
    return `<path d="${pathOf(plane, outline)}Z" fill="${colorOf(theme, color)}"${unless(1, 'fill-opacity', opacity)}/>`;
  };
