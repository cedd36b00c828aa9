import type { TableRows } from '../table-rows.ts';
import { type ColumnFacts, mixedColumnsOf } from './columns-of-data.ts';
import type { MixedColumn } from './mixed-column.ts';

/** What kinds of members for mixed tables share. */
export interface MixedTableShape {
  /** Which columns are the context. */
  readonly given: readonly number[];
  /** How columns are distributed, by these rows alone: each fold asks for its own training rows. */
  columnsOf(rows: TableRows): readonly MixedColumn[];
}

/** The shape of a table of which so much is known beforehand. Members of a fold share what is found out. */
export function mixedTableShape(facts: readonly ColumnFacts[], given: readonly number[]): MixedTableShape {
  const known = new WeakMap<Float32Array, readonly MixedColumn[]>();
  return {
    given,
    columnsOf: (rows) => {
      const found = known.get(rows.values) ?? mixedColumnsOf(facts, rows);
      known.set(rows.values, found);
      return found;
    },
  };
}
