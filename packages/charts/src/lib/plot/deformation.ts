import { DiffeoError } from '@diffeo/core';
import { colorOf, type Mark } from './mark.ts';
import type { Plane } from './plane.ts';
import type { Theme } from './theme.ts';

/** A grid of cells after a map: where its corners went. */
export interface Deformation {
  /** x and y of each corner, `(columns + 1) · (rows + 1)` pairs, row after row. */
  readonly corners: ArrayLike<number>;
  readonly columns: number;
  readonly rows: number;
  /** What each cell is coloured by, row after row: 0 not at all, ±1 and beyond fully, in the second colour above 0 and the first below. */
  readonly values?: ArrayLike<number>;
  /** In CSS pixels. Default 0.75. */
  readonly width?: number;
  /** The colour of the lines. Default `ink`. */
  readonly color?: keyof Theme | (string & {});
}

/** Steps of colour on either side of 0. */
const steps = 8;
const maxOpacity = 0.7;

/**
 * A deformed grid: its lines, and cells coloured by a number of each, such as how much a map stretches there.
 *
 * Throws `DATA` for too few or too many corners or values, `NOT_FINITE` for NaN and infinities.
 */
export const deformation = ({ corners, columns, rows, values, width = 0.75, color = 'ink' }: Deformation): Mark => {
  const count = (columns + 1) * (rows + 1);
  if (corners.length !== 2 * count || (values && values.length !== columns * rows)) {
    throw new DiffeoError(
      'DATA',
      `deformation: ${columns} columns and ${rows} rows have ${count} corners and ${columns * rows} cells; got ${corners.length / 2} and ${values?.length ?? 'no'} values.`,
    );
  }
  return (plane, theme) => {
    const corner = cornerOf(plane, corners, columns);
    return `${values ? coloured(corner, values, { columns, rows }, theme) : ''}<path d="${gridLines(corner, columns, rows)}" fill="none" stroke="${colorOf(theme, color)}" stroke-width="${width}" stroke-linejoin="round"/>`;
  };
};

type Corner = (column: number, row: number) => string;

const cornerOf =
  (plane: Plane, corners: ArrayLike<number>, columns: number): Corner =>
  (column, row) => {
    const at = 2 * (row * (columns + 1) + column);
    return `${plane.x(corners[at] as number)} ${plane.y(corners[at + 1] as number)}`;
  };

const gridLines = (corner: Corner, columns: number, rows: number): string => {
  const stroke = (count: number, at: (i: number) => string): string =>
    Array.from({ length: count + 1 }, (_, i) => `${i === 0 ? 'M' : 'L'}${at(i)}`).join('');
  const across = Array.from({ length: rows + 1 }, (_, row) => stroke(columns, (i) => corner(i, row)));
  const up = Array.from({ length: columns + 1 }, (_, column) => stroke(rows, (i) => corner(column, i)));
  return [...across, ...up].join('');
};

/** The cells, those of one step of colour as one element. */
const coloured = (
  corner: Corner,
  values: ArrayLike<number>,
  { columns, rows }: { readonly columns: number; readonly rows: number },
  theme: Theme,
): string => {
  const paths = new Map<number, string>();
  for (let i = 0; i < columns * rows; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value))
      throw new DiffeoError('NOT_FINITE', `deformation: the value of cell ${i} is ${value}.`);
    const step = Math.round(steps * Math.min(1, Math.max(-1, value)));
    if (step === 0) continue;
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const cell = `M${corner(column, row)}L${corner(column + 1, row)}L${corner(column + 1, row + 1)}L${corner(column, row + 1)}Z`;
    paths.set(step, (paths.get(step) ?? '') + cell);
  }
  return [...paths]
    .sort(([a], [b]) => a - b)
    .map(([step, d]) => {
      const opacity = Number(((maxOpacity * Math.abs(step)) / steps).toFixed(3));
      return `<path d="${d}" fill="${step > 0 ? theme.second : theme.first}" fill-opacity="${opacity}"/>`;
    })
    .join('');
};
