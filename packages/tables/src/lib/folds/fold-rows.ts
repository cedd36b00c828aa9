import { type StartRows, startRows } from '../flows/front.ts';
import { rowsAt, type TableRows } from '../table-rows.ts';
import type { Fold } from './folds.ts';

/** The rows of a fold. What starts from its training rows is shared by all members that are fitted in it. */
export interface FoldRows {
  readonly train: StartRows;
  readonly stop: TableRows;
  readonly weigh: TableRows;
}

/** The rows of each fold of a table. */
export function foldRows(table: TableRows, folds: readonly Fold[]): readonly FoldRows[] {
  return folds.map(({ train, stop, weigh }) => ({
    train: startRows(rowsAt(table, train)),
    stop: rowsAt(table, stop),
    weigh: rowsAt(table, weigh),
  }));
}
