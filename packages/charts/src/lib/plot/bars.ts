import { colorOf, type Ink, type Mark, unless } from './mark.ts';

/** One bar of a histogram. */
export interface Bar {
  /** Its sides on the x-axis. */
  readonly from: number;
  readonly to: number;
  readonly height: number;
}

/** Bars on a common base, such as those of a histogram. */
export interface Bars extends Ink {
  readonly bars: readonly Bar[];
  /** Where they stand. Default 0. */
  readonly base?: number;
}

/** Upright bars, in the first colour of the theme unless told otherwise: one element, however many there are. */
export const bars =
  ({ bars: all, base = 0, color = 'first', opacity = 1 }: Bars): Mark =>
  (plane, theme) => {
    const d = all
      .filter(({ height }) => height !== base)
      .map(
        ({ from, to, height }) =>
          `M${plane.x(from)} ${plane.y(base)}V${plane.y(height)}H${plane.x(to)}V${plane.y(base)}Z`,
      )
      .join('');
    return d === '' ? '' : `<path d="${d}" fill="${colorOf(theme, color)}"${unless(1, 'fill-opacity', opacity)}/>`;
  };
