import { area, bars, line, type PlanePoint, plot, type Theme } from '@diffeo/charts';
import { type Column, rawNumber } from '@diffeo/datasets';
import { categoryText, isCategory, rawText, shortNumber } from '../facts/cell-text.ts';

/** How large a picture is and how it is coloured. */
export interface PictureStyle {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  /** Whether the picture stands alone and has to say what its colours stand for. */
  readonly isAlone: boolean;
}

/** The colours of rows and samples, wherever both are drawn. */
const sides = [
  { label: 'rows', color: 'first', shape: 'area' },
  { label: 'samples', color: 'second', shape: 'line' },
] as const;

/** Numbers without gaps, sorted. */
const sortedNumbers = (values: Float32Array): Float32Array => values.filter((value) => !Number.isNaN(value)).sort();

/** The shares of numbers in boxes of equal width. */
function histogram(sorted: Float32Array, [low, high]: readonly [number, number], boxes: number): Float64Array {
  const shares = new Float64Array(boxes);
  for (const value of sorted) {
    const at = Math.floor(((value - low) / (high - low)) * boxes);
    if (at >= 0 && at < boxes) shares[at] = (shares[at] as number) + 1 / sorted.length;
  }
  return shares;
}

/** Where most of the numbers lie: all but the outermost 1 % where those are far out. */
export function usualRange(columns: readonly Float32Array[]): readonly [low: number, high: number] {
  const both = columns.map(sortedNumbers).filter(({ length }) => length > 0);
  const at = (share: number, choose: (...values: number[]) => number): number =>
    choose(...both.map((sorted) => sorted[Math.round(share * (sorted.length - 1))] as number));
  const [least, most] = [at(0.005, Math.min), at(0.995, Math.max)];
  if (!(Number.isFinite(least) && Number.isFinite(most))) return [0, 1];
  const room = most > least ? 0.04 * (most - least) : Math.max(0.5, 0.1 * Math.abs(least));
  return [least - room, most + room];
}

/** Boxes for so many rows: more rows bear finer ones; of whole numbers, of the same number of steps each. */
function boxesFor([low, high]: readonly [number, number], rows: number, { step, unit = 1 }: Column) {
  const wanted = Math.min(50, Math.max(8, Math.round(2 * Math.cbrt(rows))));
  if (step === undefined) return { range: [low, high] as const, boxes: wanted };
  const each = (step / unit) * Math.max(1, Math.ceil((high - low) / (step / unit) / wanted));
  const from = (Math.floor(low / each) - 0.5) * each;
  const boxes = Math.max(2, Math.ceil((high - from) / each));
  return { range: [from, from + boxes * each] as const, boxes };
}

/** One column of the rows beside samples: shares of equal boxes. */
function numbersPicture(column: Column, rows: Float32Array, samples: Float32Array, style: PictureStyle): string {
  const [own, drawn] = [sortedNumbers(rows), sortedNumbers(samples)];
  const { range, boxes } = boxesFor(usualRange([own, drawn]), own.length, column);
  const [first, second] = [histogram(own, range, boxes), histogram(drawn, range, boxes)];
  const edge = (i: number): number => rawNumber(range[0] + (i / boxes) * (range[1] - range[0]), column);
  const outline = [...second].flatMap((height, i): PlanePoint[] => [
    [edge(i), height],
    [edge(i + 1), height],
  ]);
  const highest = 1.06 * Math.max(...first, ...second, 1e-9);
  return plot({
    ...{ width: style.width, height: style.height, theme: style.theme },
    title: `${column.name}: shares of rows and of samples`,
    x: {
      domain: [edge(0), edge(boxes)],
      ticks: column.kind === 'date' ? 2 : 4,
      format:
        column.kind === 'date' ? (raw) => rawText(raw, { kind: 'date', unit: 86_400 }) : (raw) => shortNumber(raw),
      ...(style.isAlone && { label: column.name }),
    },
    y: { domain: [0, highest], ticks: 0 },
    margin: { left: 12, right: 12 },
    ...(style.isAlone && { legend: sides }),
    marks: [
      bars({ bars: [...first].map((height, i) => ({ from: edge(i), to: edge(i + 1), height })), opacity: 0.35 }),
      line({ points: [[edge(0), 0], ...outline, [edge(boxes), 0]], color: 'second', width: 2 }),
    ],
  });
}

/** More categories than these are not drawn. */
const maxCategories = 8;

/** A category, with the shares of rows and samples as two bars. */
function categoriesPicture(column: Column, rows: Float32Array, samples: Float32Array, style: PictureStyle): string {
  const shareOf = (values: Float32Array, key: number): number =>
    values.reduce(
      (sum, value) => sum + (Number.isNaN(key) ? Number(Number.isNaN(value)) : Number(Math.round(value) === key)),
      0,
    ) / Math.max(1, values.length);
  const keys = [...new Set([...rows, ...samples].map((value) => (Number.isNaN(value) ? value : Math.round(value))))];
  const shares = keys
    .map((key) => ({ key, rows: shareOf(rows, key), samples: shareOf(samples, key) }))
    .sort((a, b) => b.rows - a.rows)
    .slice(0, maxCategories);
  const short = (text: string): string => (text.length > 9 ? `${text.slice(0, 8)}…` : text);
  return plot({
    ...{ width: style.width, height: style.height, theme: style.theme },
    title: `${column.name}: shares of rows and of samples`,
    x: {
      domain: [0, shares.length],
      ticks: shares.map((_, i) => i + 0.5),
      format: (at) => {
        const key = shares[Math.floor(at)]?.key ?? 0;
        return short(Number.isNaN(key) ? 'missing' : categoryText(key, column));
      },
      ...(style.isAlone && { label: column.name }),
    },
    y: { domain: [0, 1.06 * Math.max(...shares.flatMap((share) => [share.rows, share.samples]), 1e-9)], ticks: 0 },
    margin: { left: 12, right: 12 },
    ...(style.isAlone && { legend: [sides[0], { ...sides[1], shape: 'area' }] }),
    marks: [
      bars({ bars: shares.map(({ rows: height }, i) => ({ from: i + 0.14, to: i + 0.48, height })), opacity: 0.35 }),
      bars({
        bars: shares.map(({ samples: height }, i) => ({ from: i + 0.52, to: i + 0.86, height })),
        ...{ color: 'second', opacity: 0.6 },
      }),
    ],
  });
}

/** How one column of the rows is spread, beside that of samples. */
export const marginPicture = (column: Column, rows: Float32Array, samples: Float32Array, style: PictureStyle): string =>
  (isCategory(column) ? categoriesPicture : numbersPicture)(column, rows, samples, style);

/** Where scores lie: those of rows that were judged by, and of samples. */
export function scoresPicture(rowScores: Float32Array, sampleScores: Float32Array, style: PictureStyle): string {
  const finite = [rowScores, sampleScores].map((scores) => scores.filter(Number.isFinite).sort());
  const [own, drawn] = finite as [Float32Array, Float32Array];
  const range = usualRange(finite);
  const boxes = Math.min(40, Math.max(10, Math.round(2 * Math.cbrt(own.length))));
  const [first, second] = [histogram(own, range, boxes), histogram(drawn, range, boxes)];
  const edge = (i: number): number => range[0] + (i / boxes) * (range[1] - range[0]);
  const outline = [...second].flatMap((height, i): PlanePoint[] => [
    [edge(i), height],
    [edge(i + 1), height],
  ]);
  return plot({
    ...{ width: style.width, height: style.height, theme: style.theme },
    title: 'Log-likelihoods of rows and of samples',
    x: { domain: range, label: 'log-likelihood, nats', format: (value) => shortNumber(value) },
    y: { domain: [0, 1.06 * Math.max(...first, ...second)], ticks: 0 },
    margin: { left: 12, right: 12 },
    ...(style.isAlone && { legend: sides }),
    marks: [
      area({
        points: [...first].flatMap((height, i): PlanePoint[] => [
          [edge(i), height],
          [edge(i + 1), height],
        ]),
        opacity: 0.35,
      }),
      line({ points: outline, color: 'second', width: 2 }),
    ],
  });
}
