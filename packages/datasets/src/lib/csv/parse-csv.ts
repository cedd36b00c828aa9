import { DiffeoError } from '@diffeo/core';
import { type CsvCollector, csvCollector } from './csv-collector.ts';
import { csvColumns } from './csv-columns.ts';
import { delimiterSample, detectDelimiter } from './csv-delimiter.ts';
import { type CsvOptions, csvSettings, type Table } from './csv-options.ts';
import { readRecords } from './csv-records.ts';
import { type CsvSource, csvText, peek, withoutMark } from './csv-source.ts';

async function* joined(head: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield head;
  yield* rest;
}

/**
 * Reads a table of numbers from CSV text as it comes in; works in Node and in browsers. Quotes, line breaks of every
 * kind, a byte order mark and spaces around fields are understood; empty lines are passed over. Numbers are parsed as
 * float64 and stored as float32.
 *
 * Every error is a DiffeoError that names line and column: `CSV_EMPTY`, `CSV_ENCODING`, `CSV_HEADER`, `CSV_RAGGED` (a row
 * with more or fewer fields), `CSV_QUOTE`, `CSV_TEXT` and `CSV_NO_NUMBERS` (text where numbers belong), `CSV_MISSING`,
 * `CSV_NOT_FINITE` (infinite, or past the range of float32), `CSV_PRECISION` (a column whose spread float32 does not
 * keep, such as times in seconds since 1970 within a minute), `CSV_UNKNOWN_COLUMN`, `CSV_DUPLICATE_COLUMN`, `CONFIG`.
 *
 * @example
 * const table = await parseCsv('height,name,mass\n1.81,Ada,62\n1.64,Kurt,58', { columns: ['height', 'mass'] });
 * console.log(table.columns, table.count); // ['height', 'mass'] 2
 */
export async function parseCsv(source: CsvSource, options: CsvOptions = {}): Promise<Table> {
  const settings = csvSettings(options);
  const { delimiter } = options;
  if (delimiter !== undefined && !/^[^"\r\n]+$/.test(delimiter)) {
    throw new DiffeoError(
      'CONFIG',
      `A delimiter is one or more characters, none a quote or a line break; got ${JSON.stringify(delimiter)}.`,
    );
  }
  const text = csvText(source);
  let collector: CsvCollector | null = null;
  try {
    const head = await peek(text, delimiterSample);
    await readRecords(joined(withoutMark(head, settings.source), text), {
      delimiter: delimiter ?? detectDelimiter(head),
      source: settings.source,
      onRecord(fields, line) {
        if (collector) {
          collector.add(fields, line);
          return;
        }
        const columns = csvColumns(fields, settings);
        collector = csvCollector(columns, settings);
        if (!columns.hasHeader) collector.add(fields, line);
      },
    });
  } finally {
    await text.return(undefined);
  }
  const filled = collector as CsvCollector | null;
  if (filled) return filled.table();
  throw new DiffeoError('CSV_EMPTY', `${settings.source} is empty: expected a header and rows of numbers.`);
}
