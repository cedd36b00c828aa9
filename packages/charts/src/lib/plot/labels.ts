import { escapeXml } from '../svg-text.ts';
import { colorOf, type Ink, type Mark } from './mark.ts';
import { type PlanePoint, pixel } from './plane.ts';

/** A line of text in the plane. */
export interface Label {
  readonly text: string;
  /** Of its base line's beginning, middle or end. */
  readonly at: PlanePoint;
  /** What of the text lies there. Default `middle`. */
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Further right and further down, in CSS pixels. Default [0, 0]. */
  readonly shift?: readonly [right: number, down: number];
}

/** Lines of text, in the theme's ink unless told otherwise. */
export const labels =
  ({
    labels: all,
    color = 'ink',
    bold = false,
  }: Pick<Ink, 'color'> & { readonly labels: readonly Label[]; readonly bold?: boolean }): Mark =>
  (plane, theme) =>
    all
      .map(({ text, at: [x, y], anchor = 'middle', shift: [right, down] = [0, 0] }) => {
        const place = `x="${pixel(plane.x(x) + right)}" y="${pixel(plane.y(y) + down)}"`;
        return `<text ${place}${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}${bold ? ' font-weight="bold"' : ''} fill="${colorOf(theme, color)}">${escapeXml(text)}</text>`;
      })
      .join('');
