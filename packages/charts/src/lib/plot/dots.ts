import { colorOf, type Ink, type Mark, unless } from './mark.ts';
import type { PlanePoint } from './plane.ts';

/** Points, each as a disc. */
export interface Dots extends Ink {
  readonly points: readonly PlanePoint[];
  /** In CSS pixels. Default 1.5. */
  readonly radius?: number;
}

/** A scatter of points, in the first colour of the theme unless told otherwise: one element, however many there are. */
export const dots =
  ({ points, radius = 1.5, color = 'first', opacity = 1 }: Dots): Mark =>
  (plane, theme) => {
    if (points.length === 0) return '';
    const d = points.map(([x, y]) => `M${plane.x(x)} ${plane.y(y)}h0`).join('');
    return `<path d="${d}" fill="none" stroke="${colorOf(theme, color)}" stroke-width="${2 * radius}" stroke-linecap="round"${unless(1, 'stroke-opacity', opacity)}/>`;
  };
