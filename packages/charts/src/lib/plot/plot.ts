import { roundStep, tidy } from '../round-step.ts';
import { escapeXml } from '../svg-text.ts';
import { type LegendEntry, legendHeight, legendOf } from './legend.ts';
import type { Mark } from './mark.ts';
import { type Domain, type Plane, planeOf } from './plane.ts';
import { printTheme, type Theme } from './theme.ts';

/** One side of a plot. */
export interface Axis {
  readonly domain: Domain;
  /** Stands beside the axis. Default: nothing. */
  readonly label?: string;
  /** The numbers to write, or about how many round ones. 0 leaves the axis away. Default 5. */
  readonly ticks?: number | readonly number[];
  /** How a number is written. Default: as it is, with a real minus. */
  readonly format?: (value: number) => string;
}

/** What to draw, and how large. */
export interface Plot {
  /** In CSS pixels, as `height` is. */
  readonly width: number;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
  /** From the lowest to the topmost. */
  readonly marks: readonly Mark[];
  /** Marks above all others that may reach beyond the axes, such as labels at the ends of curves. */
  readonly annotations?: readonly Mark[];
  /** What colours stand for, in a line above the plane. */
  readonly legend?: readonly LegendEntry[];
  /** What the picture shows, for who cannot see it: a sentence. */
  readonly title: string;
  /** Room around the plane, in CSS pixels, so that planes of several plots align. Default: what the axes need. */
  readonly margin?: Partial<Readonly<Record<'left' | 'right' | 'top' | 'bottom', number>>>;
  /** Default {@link printTheme}. */
  readonly theme?: Theme;
}

const size = 12;

/**
 * Marks on a plane with axes, as a stand-alone SVG. What reaches beyond the axes is cut. The same arguments give the same text, which has
 * no identifiers, so that many plots can stand in one page. The plane is a nested `<svg>` whose `x`, `y`, `width` and `height` are its sides,
 * and whose `data-x` and `data-y` are the domains, for scripts that find the numbers under a pointer.
 *
 * Throws `NOT_FINITE` for numbers that have no place, `CONFIG` for a domain that is none.
 *
 * @example
 * const svg = plot({
 *   title: 'A parabola',
 *   width: 300,
 *   height: 200,
 *   x: { domain: [-1, 1] },
 *   y: { domain: [0, 1] },
 *   marks: [line({ points: [-1, -0.5, 0, 0.5, 1].map((x) => [x, x * x]) })],
 * });
 */
export const plot = ({
  width,
  height,
  x,
  y,
  marks,
  annotations = [],
  legend = [],
  title,
  margin = {},
  theme = printTheme,
}: Plot): string => {
  const [across, up] = [ticksOf(x), ticksOf(y)];
  const plane = planeOf(
    { x: x.domain, y: y.domain },
    {
      left: margin.left ?? (up.length > 0 || y.label ? 40 : 1),
      right: width - (margin.right ?? (up.length > 0 || across.length > 0 ? 10 : 1)),
      top: (margin.top ?? (across.length > 0 || up.length > 0 ? 8 : 1)) + (legend.length > 0 ? legendHeight : 0),
      bottom: height - (margin.bottom ?? (across.length > 0 ? 20 : 1) + (x.label ? 18 : 0)),
    },
  );
  const inner = { width: plane.right - plane.left, height: plane.bottom - plane.top };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}" font-family="${escapeXml(theme.font)}" font-size="${size}">`,
    ...legendOf(legend, plane.left, theme),
    ...axes(plane, { across, up, x, y, height }, theme),
    // A nested picture cuts what reaches beyond it, without the identifier that a clip path would need.
    `<svg x="${plane.left}" y="${plane.top}" width="${inner.width}" height="${inner.height}" viewBox="${plane.left} ${plane.top} ${inner.width} ${inner.height}" data-x="${x.domain.join(' ')}" data-y="${y.domain.join(' ')}">`,
    ...marks.map((mark) => mark(plane, theme)).filter((drawn) => drawn !== ''),
    '</svg>',
    ...annotations.map((mark) => mark(plane, theme)).filter((drawn) => drawn !== ''),
    '</svg>',
  ].join('\n');
};

/** The numbers that an axis writes. */
const ticksOf = ({ domain: [low, high], ticks = 5 }: Axis): readonly number[] => {
  if (typeof ticks !== 'number') return ticks;
  if (ticks === 0) return [];
  const step = roundStep((high - low) / ticks);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => tidy((first + i) * step) + 0);
};

interface Axes {
  readonly across: readonly number[];
  readonly up: readonly number[];
  readonly x: Axis;
  readonly y: Axis;
  readonly height: number;
}

const axes = (plane: Plane, { across, up, x, y, height }: Axes, theme: Theme): string[] => {
  const { left, right, top, bottom } = plane;
  const muted = `fill="${theme.muted}"`;
  const rules = [
    ...across.map((value) => `M${plane.x(value)} ${top}V${bottom}`),
    ...up.map((value) => `M${left} ${plane.y(value)}H${right}`),
  ];
  const middle = (top + bottom) / 2;
  return [
    ...(rules.length > 0 ? [`<path d="${rules.join('')}" fill="none" stroke="${theme.rule}"/>`] : []),
    ...across.map(
      (value) =>
        `<text x="${plane.x(value)}" y="${bottom + 16}" text-anchor="middle" ${muted}>${escapeXml((x.format ?? written)(value))}</text>`,
    ),
    ...up.map(
      (value) =>
        `<text x="${left - 6}" y="${plane.y(value) + 4}" text-anchor="end" ${muted}>${escapeXml((y.format ?? written)(value))}</text>`,
    ),
    ...(x.label
      ? [`<text x="${(left + right) / 2}" y="${height - 6}" text-anchor="middle" ${muted}>${escapeXml(x.label)}</text>`]
      : []),
    ...(y.label
      ? [
          `<text transform="translate(11 ${middle}) rotate(-90)" text-anchor="middle" ${muted}>${escapeXml(y.label)}</text>`,
        ]
      : []),
  ];
};

const written = (value: number): string => String(value).replace('-', '−');
