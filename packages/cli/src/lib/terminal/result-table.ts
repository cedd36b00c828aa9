import { extname } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import { shortName } from '@diffeo/core/arguments';
import {
  type TableOutput,
  type TableWriter,
  tableWriter,
  tableWriterOf,
  tableWriters,
  type WriteOptions,
  type WrittenColumn,
} from '@diffeo/datasets';
import { resultSink } from './result-sink.ts';

/** Where a table goes that a command gives, and in which format. */
export interface ResultPlace {
  /** A file; stdout without one. */
  readonly out: string | undefined;
  /** One of the formats that are written. Default: by the ending of `out`, and CSV on stdout. */
  readonly format: string | undefined;
}

/** A table that a command gives. */
export interface ResultTable extends Pick<TableOutput, 'write'> {
  /** To be called before the first row. */
  begin(columns: readonly WrittenColumn[], options?: WriteOptions): Promise<void>;
  /** To be called after the last row: a file appears then, whole. */
  finish(): Promise<void>;
  /** To be called in any case; without `finish` before it, a file is not written. */
  close(): void;
}

function writerFor({ out, format }: ResultPlace): TableWriter {
  if (format !== undefined) return tableWriter(format);
  const ending = out === undefined ? '' : extname(out);
  const writer = ending === '' ? tableWriter('csv') : tableWriterOf(ending);
  if (writer) return writer;
  const endings = tableWriters.map((one) => one.endings[0]).join(', ');
  const formats = tableWriters.map(({ name }) => name).join(', ');
  throw new DiffeoError(
    'USAGE',
    `--out: nothing is written as ${shortName(ending)}. Names may end with ${endings}; or say the format by --format ${formats}`,
  );
}

/**
 * Opens what a command's table is written into, before there is work to lose.
 *
 * @throws DiffeoError `USAGE` for a name of no format, and for bytes that would go to a terminal; `FILE` and `WRITE` where the file cannot be written.
 */
export function resultTable(place: ResultPlace): ResultTable {
  const writer = writerFor(place);
  const { out } = place;
  if (!writer.isText && out === undefined && process.stdout.isTTY) {
    throw new DiffeoError(
      'USAGE',
      `${writer.name} is not for terminals: say --out FILE${writer.endings[0]}, or a pipe`,
    );
  }
  const sink = resultSink(out);
  let output: TableOutput | null = null;
  return {
    async begin(columns, options) {
      output = await writer.begin(columns, sink.write, options);
    },
    write: async (rows) => await output?.write(rows),
    async finish() {
      await output?.end();
      sink.finish();
    },
    close: sink.close,
  };
}
