import type { ColumnTroubles } from './column-trouble.ts';
import type { FieldEncoder } from './field-encoder.ts';
import type { NumberBlocks } from './number-blocks.ts';

/** What was read of a file. Its columns are numbered among those that were read. */
export interface ReadColumns {
  /** Where they stand in the file, from 0. */
  readonly at: readonly number[];
  /** Where columns of text stand that were not read. */
  readonly texts: readonly number[];
  readonly blocks: NumberBlocks;
  readonly troubles: ColumnTroubles;
  /** Rows with another number of fields than the others, which were not taken. */
  readonly ragged: { count: number; first: { readonly line: number; readonly width: number } | null };
  /** In which ways numbers are written, see `numberMarks`. */
  readonly marks: Uint8Array;
  /** What made numbers of the fields of each column; `null` where they are numbers. */
  readonly encoders: readonly (FieldEncoder | null)[];
  /** The columns that count the rows, and where they begin. */
  readonly counting: ReadonlyMap<number, number>;
}
