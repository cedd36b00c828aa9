import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinLines, numberAt, type WrittenLayout, writeCsv } from '../../../../prove/lib/write-csv.ts';
import { columnNames } from '../../data/column.ts';
import { parseCsv } from '../parse-csv.ts';

const layouts: fc.Arbitrary<WrittenLayout> = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|', '   '),
  newline: fc.constantFrom('\n', '\r\n', '\r'),
  header: fc.constantFrom('names', 'names', 'none', 'counted'),
  decimal: fc.constantFrom('.', ','),
  thousands: fc.constantFrom('', '', 'mark', ' '),
  sign: fc.constantFrom('', '', '$', '%'),
  titles: fc.nat({ max: 2 }),
  comments: fc.nat({ max: 2 }),
  sepLine: fc.boolean(),
  units: fc.boolean(),
  total: fc.boolean(),
  trailing: fc.boolean(),
  index: fc.boolean(),
  words: fc.boolean(),
  twice: fc.boolean(),
  quoted: fc.boolean(),
  mark: fc.boolean(),
  encoding: fc.constantFrom('utf-8', 'latin1', 'utf-16le'),
  emptyLines: fc.boolean(),
  endsWithNewline: fc.boolean(),
});

test('a table written in any layout is read back: names and numbers', async () => {
  const sizes = fc.record({ rows: fc.integer({ min: 6, max: 40 }), columns: fc.integer({ min: 2, max: 5 }) });
  await fc.assert(
    fc.asyncProperty(layouts, sizes, async (layout, { rows, columns }) => {
      const written = writeCsv(layout, rows, columns);
      const table = await parseCsv(written.encode(joinLines(written, layout.endsWithNewline)));
      expect(columnNames(table.columns)).toEqual(written.names);
      expect(table.count).toBe(rows);
      const expected = Array.from({ length: rows * columns }, (_, i) =>
        Math.fround(Number(numberAt(Math.floor(i / columns), i % columns).toFixed(2))),
      );
      expect([...table.values]).toEqual(expected);
    }),
    { numRuns: 400 },
  );
});
