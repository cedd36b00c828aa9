import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../csv/parse-csv.ts';
import { columnNames } from '../data/column.ts';
import { datasetFrom } from '../data/dataset.ts';
import { encodeTable } from './write-table.ts';
import { float32Text } from './written-cell.ts';

const float32 = fc.float({ noNaN: true, noDefaultInfinity: true });

describe('CSV as text', () => {
  it('gives every float32 number back, in nine digits at most', () => {
    fc.assert(
      fc.property(float32, (value) => {
        const text = float32Text(value);
        expect(Math.fround(Number(text))).toBe(value === 0 ? 0 : value);
      }),
    );
    expect(float32Text(Math.fround(0.1))).toBe('0.1');
    expect(float32Text(Math.fround(1 / 3))).toBe('0.33333334');
    expect(float32Text(-Infinity)).toBe('-Infinity');
  });

  it('reads back as the table that was written', async () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).map((text) => `c${text}`.trim());
    const table = fc
      .uniqueArray(name, { minLength: 1, maxLength: 5 })
      .chain((columns) =>
        fc.tuple(
          fc.constant(columns),
          fc.array(fc.array(float32, { minLength: columns.length, maxLength: columns.length }), { minLength: 1 }),
          fc.constantFrom(['csv', ','] as const, ['tsv', '\t'] as const),
        ),
      );
    await fc.assert(
      fc.asyncProperty(table, async ([columns, rows, [format, delimiter]]) => {
        const values = Float32Array.from(rows.flat());
        const bytes = await encodeTable(datasetFrom(values, { eventShape: [columns.length], columns }), { format });
        const read = await parseCsv(bytes, {
          header: true,
          delimiter,
          known: columns.map((name) => ({ name, kind: 'real' as const })),
        });
        expect(columnNames(read.columns)).toEqual(columns);
        expect(Array.from(read.values, (value) => value + 0)).toEqual(Array.from(values, (value) => value + 0));
      }),
    );
  });
});
