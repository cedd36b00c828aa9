import { DiffeoError, type Metadata } from '@diffeo/core';
import { version } from './version.ts';

/** What the command keeps with a model beside what core keeps. */
export interface ModelNotes {
  /** The names of the data's columns, in order; `null` in files that other programs wrote without them. */
  readonly columns: readonly string[] | null;
  /** What it was trained on, as on the command line. */
  readonly data: string | null;
  readonly flow: string | null;
  /** The program and its version. */
  readonly writtenBy: string | null;
}

/** Notes as a model file's metadata. Nothing in it changes from one run to the next: equal runs write equal files. */
export const metadataOf = (notes: {
  readonly columns?: readonly string[] | undefined;
  readonly data: string;
  readonly flow: string;
}) =>
  ({
    ...(notes.columns && { columns: JSON.stringify(notes.columns) }),
    data: notes.data,
    flow: notes.flow,
    writtenBy: `@diffeo/cli ${version()}`,
  }) satisfies Metadata;

function parseColumns(text: string, size: number): readonly string[] {
  let columns: unknown;
  try {
    columns = JSON.parse(text);
  } catch {
    columns = null;
  }
  if (Array.isArray(columns) && columns.length === size && columns.every((name) => typeof name === 'string')) {
    return columns;
  }
  throw new DiffeoError(
    'FILE',
    `its metadata entry 'columns' must be a JSON list of ${size} names; got ${text.slice(0, 80)}`,
  );
}

/** The notes in a model file's metadata; `size` is how many numbers one row of its data has. Throws `FILE`. */
export const notesOf = ({ columns, data, flow, writtenBy }: Metadata, size: number): ModelNotes => ({
  columns: columns === undefined ? null : parseColumns(columns, size),
  data: data ?? null,
  flow: flow ?? null,
  writtenBy: writtenBy ?? null,
});
