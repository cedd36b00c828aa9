import { dots, type PlanePoint, plot } from '@diffeo/charts';
import { type Column, rawNumber } from '@diffeo/datasets';
import { isCategory, rawText, shortNumber } from '../facts/cell-text.ts';
import { type PictureStyle, usualRange } from './margin-picture.ts';

/** Two columns of rows, or of samples. */
export interface PairOfColumns {
  readonly columns: readonly [Column, Column];
  readonly values: readonly [Float32Array, Float32Array];
  /** The numbers by which the axes are laid out, of both sides: the same for rows and samples. */
  readonly ranges: readonly [readonly [number, number], readonly [number, number]];
  readonly color: 'first' | 'second';
}

/** More points than these are a blot. */
const pointsDrawn = 1000;

/** A scatter of two columns. */
export function pairPicture({ columns, values, ranges, color }: PairOfColumns, style: PictureStyle): string {
  const [across, up] = columns;
  const [x, y] = values;
  const points: PlanePoint[] = [];
  for (let row = 0; row < x.length && points.length < pointsDrawn; row++) {
    const [a, b] = [x[row] as number, y[row] as number];
    const isInside = a >= ranges[0][0] && a <= ranges[0][1] && b >= ranges[1][0] && b <= ranges[1][1];
    if (isInside) points.push([rawNumber(a, across), rawNumber(b, up)]);
  }
  const axis = (column: Column, [low, high]: readonly [number, number], ticks: number) => ({
    domain: [rawNumber(low, column), rawNumber(high, column)] as const,
    label: column.name.length > 28 ? `${column.name.slice(0, 27)}…` : column.name,
    ticks: column.kind === 'date' ? 2 : ticks,
    format: (raw: number) => (column.kind === 'date' ? rawText(raw, { kind: 'date', unit: 86_400 }) : shortNumber(raw)),
  });
  return plot({
    ...{ width: style.width, height: style.height, theme: style.theme },
    title: `${up.name} against ${across.name}: ${color === 'first' ? 'rows' : 'samples'}`,
    x: axis(across, ranges[0], 4),
    y: axis(up, ranges[1], 4),
    margin: { left: 66 },
    ...(style.isAlone && { legend: [{ label: color === 'first' ? 'rows' : 'samples', color, shape: 'dot' as const }] }),
    marks: [dots({ points, color, radius: points.length > 500 ? 1.5 : 2, opacity: points.length > 300 ? 0.45 : 0.6 })],
  });
}

/** Ranks from −1 to 1; those of gaps are 0. */
function ranks(values: Float32Array): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranked = new Float64Array(values.length);
  for (const [rank, row] of order.entries())
    ranked[row] = Number.isNaN(values[row]) ? 0 : (2 * rank) / Math.max(1, values.length - 1) - 1;
  return ranked;
}

/** More columns than these are not looked through. */
const columnsLooked = 40;

/** The pairs of columns of numbers that depend most on each other (Spearman), the most dependent first. */
export function dependentPairs(
  columns: readonly Column[],
  values: readonly Float32Array[],
  count: number,
): readonly (readonly [number, number])[] {
  const looked = [...columns.keys()].filter((i) => !isCategory(columns[i] as Column)).slice(0, columnsLooked);
  const ranked = new Map(looked.map((i): [number, Float64Array] => [i, ranks(values[i] as Float32Array)]));
  const pairs = looked.flatMap((a, at) =>
    looked.slice(at + 1).map((b) => {
      const [x, y] = [ranked.get(a) as Float64Array, ranked.get(b) as Float64Array];
      return {
        pair: [a, b] as const,
        dependence: Math.abs(x.reduce((sum, value, row) => sum + value * (y[row] as number), 0)),
      };
    }),
  );
  return pairs
    .sort((a, b) => b.dependence - a.dependence)
    .slice(0, count)
    .map(({ pair }) => pair);
}

/** Where both rows and samples lie, but for what is far out. */
export const sharedRanges = (
  [a, b]: readonly [number, number],
  rows: readonly Float32Array[],
  samples: readonly Float32Array[],
): PairOfColumns['ranges'] => [
  usualRange([rows[a] as Float32Array, samples[a] as Float32Array]),
  usualRange([rows[b] as Float32Array, samples[b] as Float32Array]),
];
