import { escapeXml } from '../svg-text.ts';
import { colorOf, type Ink } from './mark.ts';
import type { Theme } from './theme.ts';

/** A colour, and what it stands for. */
export interface LegendEntry extends Pick<Ink, 'color'> {
  readonly label: string;
  /** What is drawn beside the label: a stroke, a broken one, a filled square, or a dot. Default `line`. */
  readonly shape?: 'line' | 'dashes' | 'area' | 'dot';
}

/** Room above a plane for a line of entries, in CSS pixels. */
export const legendHeight = 22;

/** About as wide as a letter is in the mean: the width of text is not known where there is no font. */
const letter = 6.9;
const swatch = 22;
const gap = 20;

const shapes: Readonly<Record<NonNullable<LegendEntry['shape']>, (x: number, ink: string) => string>> = {
  line: (x, ink) => `<path d="M${x} 10h${swatch - 6}" stroke="${ink}" stroke-width="2"/>`,
  dashes: (x, ink) => `<path d="M${x} 10h${swatch - 6}" stroke="${ink}" stroke-width="2" stroke-dasharray="4 2"/>`,
  area: (x, ink) => `<rect x="${x}" y="4" width="12" height="12" fill="${ink}" fill-opacity="0.35"/>`,
  dot: (x, ink) => `<circle cx="${x + 6}" cy="10" r="4" fill="${ink}"/>`,
};

/** A line of entries, from the left. */
export function legendOf(entries: readonly LegendEntry[], left: number, theme: Theme): string[] {
  let x = left;
  return entries.map(({ label, color = 'first', shape = 'line' }) => {
    const drawn = `${shapes[shape](x, colorOf(theme, color))}<text x="${x + swatch}" y="14" fill="${theme.ink}">${escapeXml(label)}</text>`;
    x += swatch + Math.round(letter * label.length) + gap;
    return drawn;
  });
}
