import type { CsvNote, ReadTable } from '../csv/csv-options.ts';
import { shownColumns } from '../csv/problems/shown.ts';
import { constantColumns } from './constant-columns.ts';
import { takeColumns } from './take-columns.ts';

/**
 * A table to learn from without the columns that never change, which have no density, and a note of them; the table as it
 * is where there are none, or no others.
 */
export function withoutConstants(table: ReadTable): { readonly table: ReadTable; readonly note: CsvNote | null } {
  const constant = new Set(table.count < 2 ? [] : constantColumns(table));
  if (constant.size === 0 || constant.size === table.columns.length) return { table, note: null };
  const columns = [...constant].map((column) => table.columns[column]?.name ?? '');
  const text = `${shownColumns(columns)} never ${columns.length === 1 ? 'changes and is' : 'change and are'} left out`;
  const varying = [...table.columns.keys()].filter((column) => !constant.has(column));
  return { table: takeColumns(table, varying), note: { code: 'CONSTANT_COLUMNS', text, columns } };
}
