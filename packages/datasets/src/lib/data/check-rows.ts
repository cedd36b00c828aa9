import { DiffeoError, sizeOf } from '@diffeo/core';
import { columnReferences } from '../csv/columns/column-references.ts';
import { refusal } from '../csv/problems/csv-refusal.ts';
import { shown } from '../csv/problems/shown.ts';
import { constantColumns } from './constant-columns.ts';
import { type Dataset, requireDataset } from './dataset.ts';
import { dependentColumns } from './dependent-columns.ts';

const columnName = (rows: Dataset, column: number): string =>
  rows.columns ? shown(rows.columns[column]?.name ?? '') : `${column + 1}`;

function findNumber(rows: Dataset, wrong: (value: number) => boolean): string | null {
  requireDataset(rows);
  const at = rows.values.findIndex(wrong);
  if (at < 0) return null;
  const size = sizeOf(rows.eventShape);
  return `row ${Math.floor(at / size) + 1}, column ${columnName(rows, at % size)} is ${rows.values[at]}`;
}

/** Throws `NOT_FINITE`, with row and column (counted from 1), at the first NaN or Infinity. */
export function checkFinite(rows: Dataset): void {
  const found = findNumber(rows, (value) => !Number.isFinite(value));
  if (found) {
    throw new DiffeoError('NOT_FINITE', `The data must be finite, but ${found}. Remove the row or replace the number.`);
  }
}

/**
 * Throws `CONSTANT_COLUMN`, naming them, when columns hold one number only: the density would be infinite there. Also
 * throws `DATA` when there are fewer than two rows.
 */
export function checkVarying(rows: Dataset): void {
  requireDataset(rows);
  if (rows.count < 2) {
    throw new DiffeoError('DATA', `A density needs at least 2 rows to learn from; got ${rows.count}.`);
  }
  const constant = constantColumns(rows);
  if (constant.length === 0) return;
  const named = constant.slice(0, 5).map((column) => `${columnName(rows, column)} (always ${rows.values[column]})`);
  const more = constant.length > 5 ? ` and ${constant.length - 5} more` : '';
  throw refuseColumns('CONSTANT_COLUMN', rows, constant, {
    problem: `A column that never changes has no density, so a flow cannot learn it: ${columnWord(constant)} ${named.join(', ')}${more}. Leave ${itOrThem(constant)} out.`,
  });
}

/**
 * Throws `DEPENDENT_COLUMN`, naming all of them, when columns are linear functions of others, up to the rounding of
 * float32: such data have no density.
 */
export function checkIndependent(rows: Dataset): void {
  requireDataset(rows);
  const found = dependentColumns(rows);
  if (found.length === 0) return;
  const explained = found.slice(0, 5).map(({ column, of }) => {
    const others = of.slice(0, 4).map((one) => columnName(rows, one));
    return `${columnName(rows, column)} of ${others.join(', ')}${of.length > 4 ? ` and ${of.length - 4} more` : ''}`;
  });
  const columns = found.map(({ column }) => column);
  const more = found.length > 5 ? `; and ${found.length - 5} more columns` : '';
  throw refuseColumns('DEPENDENT_COLUMN', rows, columns, {
    problem: `Columns that are linear functions of others have no density beside them: ${columnWord(columns)} ${explained.join('; ')}${more}. Leave ${itOrThem(columns)} out.`,
  });
}

const columnWord = (columns: readonly number[]): string => (columns.length === 1 ? 'column' : 'columns');
const itOrThem = (columns: readonly number[]): string => (columns.length === 1 ? 'it' : 'them');

/** An error about columns; the advice is to leave them out, where others remain. */
function refuseColumns(
  code: string,
  rows: Dataset,
  columns: readonly number[],
  { problem }: { readonly problem: string },
): DiffeoError {
  const { columns: all } = rows;
  const nameOf = (column: number): string => all?.[column]?.name ?? `${column + 1}`;
  const exclude = columnReferences(
    columns.map((column) => ({ name: nameOf(column), number: all?.[column]?.place ?? column + 1 })),
  );
  const remain = columns.length < sizeOf(rows.eventShape) && all !== undefined;
  return refusal(code, {
    problem,
    columns: columns.map(nameOf),
    advice: remain ? [{ exclude }] : [],
  });
}

/**
 * Throws `BINS`, with row and column (counted from 1), at the first number that is not one of the whole numbers
 * 0 … `bins` − 1 that a dequantizer takes.
 */
export function checkBins(rows: Dataset, bins: number): void {
  const found = findNumber(rows, (value) => !(Number.isInteger(value) && value >= 0 && value < bins));
  if (found) throw new DiffeoError('BINS', `The data must be whole numbers from 0 to ${bins - 1}, but ${found}.`);
}
