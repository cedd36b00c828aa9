import { DiffeoError, sizeOf } from '@diffeo/core';
import type { Rows } from './rows.ts';

const columnName = (rows: Rows, column: number): string =>
  rows.columns ? `'${rows.columns[column]}'` : `${column + 1}`;

function findNumber(rows: Rows, wrong: (value: number) => boolean): string | null {
  const at = rows.values.findIndex(wrong);
  if (at < 0) return null;
  const size = sizeOf(rows.eventShape);
  return `row ${Math.floor(at / size) + 1}, column ${columnName(rows, at % size)} is ${rows.values[at]}`;
}

/** Throws `NOT_FINITE`, with row and column (counted from 1), at the first NaN or Infinity. */
export function checkFinite(rows: Rows): void {
  const found = findNumber(rows, (value) => !Number.isFinite(value));
  if (found) {
    throw new DiffeoError('NOT_FINITE', `The data must be finite, but ${found}. Remove the row or replace the number.`);
  }
}

/**
 * Throws `CONSTANT_COLUMN`, naming them, when columns hold one number only: the density would be infinite there. Also
 * throws `DATA` when there are fewer than two rows.
 */
export function checkVarying(rows: Rows): void {
  if (rows.count < 2) {
    throw new DiffeoError('DATA', `A density needs at least 2 rows to learn from; got ${rows.count}.`);
  }
  const size = sizeOf(rows.eventShape);
  const constant = Array.from({ length: size }, (_, column) => column).filter((column) => {
    const first = rows.values[column];
    for (let at = column + size; at < rows.values.length; at += size) if (rows.values[at] !== first) return false;
    return true;
  });
  if (constant.length === 0) return;
  const named = constant.slice(0, 5).map((column) => `${columnName(rows, column)} (always ${rows.values[column]})`);
  const more = constant.length > 5 ? ` and ${constant.length - 5} more` : '';
  throw new DiffeoError(
    'CONSTANT_COLUMN',
    `A column that never changes has no density, so a flow cannot learn it: column ${named.join(', ')}${more}. Leave it out: choose the other columns.`,
  );
}

/**
 * Throws `LEVELS`, with row and column (counted from 1), at the first number that is not one of the whole numbers
 * 0 … `levels` − 1 that a dequantizer takes.
 */
export function checkLevels(rows: Rows, levels: number): void {
  const found = findNumber(rows, (value) => !(Number.isInteger(value) && value >= 0 && value < levels));
  if (found) throw new DiffeoError('LEVELS', `The data must be whole numbers from 0 to ${levels - 1}, but ${found}.`);
}
