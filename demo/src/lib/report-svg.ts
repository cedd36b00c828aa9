import { palette, svgText } from '@diffeo/charts';

/** Lengths of the report in CSS pixels. A sheet of 10×10 digits, drawn at twice the resolution, fits `sheet` exactly. */
export const reportSize = { width: 964, margin: 40, sheet: 422, chartHeight: 290 } as const;

/** The parts of the report, ready to be placed. */
export interface ReportParts {
  /** One entry for each line. */
  readonly title: readonly string[];
  /** One entry for each line. */
  readonly subtitle: readonly string[];
  readonly real: SheetPart;
  readonly sampled: SheetPart;
  readonly chart: { readonly heading: string; readonly svg: string };
}
/** A sheet under its heading. */
interface SheetPart {
  readonly heading: string;
  /** Of the image, a `data:` URI. */
  readonly href: string;
}

export const titleStyle = { size: 27, bold: true, color: palette.ink } as const;
export const subtitleStyle = { size: 14, color: palette.muted } as const;
const headingStyle = { size: 15, bold: true, color: palette.ink } as const;

/** Puts the parts on one page: text on top, the two sheets side by side, the chart below. */
export const reportSvg = ({ title, subtitle, real, sampled, chart }: ReportParts): string => {
  const { width, margin, sheet, chartHeight } = reportSize;
  const right = width - margin - sheet;
  const elements: string[] = [];
  let y = margin - 12;
  for (const text of title) {
    y += 34;
    elements.push(svgText({ text, x: margin, y, ...titleStyle }));
  }
  y += 4;
  for (const text of subtitle) {
    y += 21;
    elements.push(svgText({ text, x: margin, y, ...subtitleStyle }));
  }
  y += 40;
  elements.push(svgText({ text: real.heading, x: margin, y, ...headingStyle }));
  elements.push(svgText({ text: sampled.heading, x: right, y, ...headingStyle }));
  y += 12;
  elements.push(sheetImage(real.href, margin, y), sheetImage(sampled.href, right, y));
  y += sheet + 42;
  elements.push(svgText({ text: chart.heading, x: margin, y, ...headingStyle }));
  y += 16;
  elements.push(`<g transform="translate(${margin} ${y})">`, chart.svg, '</g>');
  const height = y + chartHeight + margin - 16;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    ...elements,
    '</svg>',
    '',
  ].join('\n');
};

const sheetImage = (href: string, x: number, y: number): string =>
  `<image x="${x}" y="${y}" width="${reportSize.sheet}" height="${reportSize.sheet}" image-rendering="optimizeSpeed" href="${href}"/>`;
