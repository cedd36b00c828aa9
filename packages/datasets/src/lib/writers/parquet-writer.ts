import type { ParquetWriter, SchemaElement } from 'hyparquet-writer';
import type { Numbers } from '../data/numbers.ts';
import type { PutPiece, TableWriter, WrittenColumn } from './table-writer.ts';
import { dateSeconds, isDays, isTruth, type WrittenCell, writtenCell } from './written-cell.ts';

/** A group of rows has so many values, which is some megabytes. */
const valuesInGroup = 2 ** 20;

const day = 86_400;

/** The last second, and the last day, that the format has. */
const [maxMilliseconds, maxDays] = [2 ** 63, 2 ** 31];

type ParquetCell = WrittenCell | bigint;

/** How a column is written: its type, and a value of it. */
interface ColumnType {
  readonly type: Pick<SchemaElement, 'type' | 'converted_type'>;
  of(value: number): ParquetCell;
}

/** A date that lies farther off than the format reaches is a gap. */
function dateType(column: WrittenColumn): ColumnType {
  const secondsOf = (value: number): number => dateSeconds(value, column);
  if (isDays(column)) {
    return {
      type: { type: 'INT32', converted_type: 'DATE' },
      of: (value) => {
        const days = Math.round(secondsOf(value) / day);
        return Math.abs(days) < maxDays ? days : null;
      },
    };
  }
  return {
    type: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
    of: (value) => {
      const milliseconds = Math.round(1000 * secondsOf(value));
      return Math.abs(milliseconds) < maxMilliseconds ? BigInt(milliseconds) : null;
    },
  };
}

function typeOf(column: WrittenColumn): ColumnType {
  if (column.kind === 'date' && !column.categories) return dateType(column);
  const of = (value: number): WrittenCell => writtenCell(value, column);
  if (!column.categories) return { type: { type: 'DOUBLE' }, of };
  if (isTruth(column)) return { type: { type: 'BOOLEAN' }, of };
  return { type: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, of };
}

/** Hands over the bytes that the library has written since. */
async function handOver(writer: ParquetWriter['writer'] & { index?: number }, put: PutPiece): Promise<void> {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  await put(bytes);
}

/**
 * Apache Parquet, a group of rows at a time and packed by Snappy, by hyparquet-writer, which is loaded with the first such table. Numbers
 * are `DOUBLE`, categories `STRING`, those of true and false `BOOLEAN`, dates `DATE` or `TIMESTAMP`; gaps are null.
 */
export const parquetWriter: TableWriter = {
  name: 'parquet',
  endings: ['.parquet', '.pq'],
  isText: false,
  async begin(columns, put) {
    const { ByteWriter, ParquetWriter: Writer } = await import('hyparquet-writer');
    const types = columns.map(typeOf);
    const width = columns.length;
    const bytes = new ByteWriter();
    const file = new Writer({
      writer: bytes,
      createdBy: 'diffeo',
      // Readers skip rows by the bounds of a column's values. About one file in some hundred, written by a busy process on V8 13.6, had
      // those of another column, though the library's code gives each its own. What is left out cannot be wrong.
      statistics: false,
      schema: [
        { name: 'root', num_children: width },
        ...columns.map(({ name }, i) => ({ name, repetition_type: 'OPTIONAL' as const, ...types[i]?.type })),
      ],
    });
    let waiting: ParquetCell[][] = columns.map(() => []);
    const writeGroup = async (): Promise<void> => {
      const count = waiting[0]?.length ?? 0;
      const columnData = columns.map(({ name }, i) => ({ name, data: waiting[i] as ParquetCell[] }));
      if (count > 0) await file.write({ columnData, rowGroupSize: count });
      waiting = columns.map(() => []);
      await handOver(bytes, put);
    };
    return {
      async write(rows: Numbers) {
        for (let at = 0; at < rows.length; at += width) {
          for (let i = 0; i < width; i++) {
            const value = rows[at + i] as number;
            waiting[i]?.push(Number.isNaN(value) ? null : (types[i] as ColumnType).of(value));
          }
          if ((waiting[0]?.length ?? 0) * width >= valuesInGroup) await writeGroup();
        }
      },
      async end() {
        await writeGroup();
        await file.finish();
        await handOver(bytes, put);
      },
    };
  },
};
