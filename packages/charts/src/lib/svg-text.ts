import { fontFamily } from './palette.ts';

/** A line of text; `x` and `y` (of its base line) and `size` in CSS pixels. */
export interface TextLine {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly bold?: boolean;
  readonly color: string;
}

/** A line of text as an SVG element. */
export const svgText = ({ text, x, y, size, bold = false, color }: TextLine): string =>
  `<text x="${x}" y="${y}" font-family="${fontFamily}" font-size="${size}"${bold ? ' font-weight="bold"' : ''} fill="${color}">${escapeXml(text)}</text>`;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for the inside of an XML element. Characters that XML forbids, escaped or not, become the replacement character. */
export const escapeXml = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '\ufffd')
    .replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
