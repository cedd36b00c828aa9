import type { Column } from '../data/column.ts';
import type { Numbers } from '../data/numbers.ts';

/** A column as it is written: its name, and what its numbers stand for. */
export type WrittenColumn = Pick<Column, 'name'> & Partial<Pick<Column, 'kind' | 'origin' | 'unit' | 'categories'>>;

/** Takes a piece of a file; the next one comes when it resolves. */
export type PutPiece = (piece: string | Uint8Array) => void | Promise<void>;

/** A table that is being written. */
export interface TableOutput {
  /** Writes whole rows, as a data set has them: row after row, NaN where a value is missing. */
  write(rows: Numbers): Promise<void>;
  /** Writes what comes after the last row. */
  end(): Promise<void>;
}

/** How a table is written. */
export interface WriteOptions {
  /** Whether text begins with a line of names, where the format is one of lines. Default true. */
  readonly header?: boolean;
}

/**
 * A format that tables are written in. Numbers are written as the raw numbers that they stand for, categories as their texts, dates as dates, and
 * gaps as the format has them. The columns alone decide how, so that parts of one table have one layout.
 */
export interface TableWriter {
  readonly name: string;
  /** What names of its files end with, the usual ending first. */
  readonly endings: readonly [string, ...string[]];
  readonly isText: boolean;
  /** Begins a table. Throws `CONFIG` for columns that the format cannot have. */
  begin(columns: readonly WrittenColumn[], put: PutPiece, options?: WriteOptions): Promise<TableOutput>;
}
