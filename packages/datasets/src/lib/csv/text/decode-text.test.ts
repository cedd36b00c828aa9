import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnNames } from '../../data/column.ts';
import { parseCsv } from '../parse-csv.ts';

const text = 'größe,señal,naïve\n1,2,3\n4,5,6.5\n';
const utf16 = (big: boolean): Uint8Array => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return big ? bytes.swap16() : bytes;
};
/** The bytes, a few at a time. */
const pieces = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

describe('text is decoded by what its bytes tell, however they are cut', () => {
  test.each<[string, Uint8Array, string[]]>([
    ['UTF-8', Buffer.from(text), []],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`), []],
    ['Latin-1', Buffer.from(text, 'latin1'), ['ENCODING']],
    ['Windows-1252', Buffer.from(text.replace('naïve', 'naïve\u0080'), 'latin1'), ['ENCODING']],
    ['UTF-16', utf16(false), ['ENCODING']],
    ['UTF-16, big endian', utf16(true), ['ENCODING']],
    ['UTF-16 without a mark', utf16(false).subarray(2), ['ENCODING']],
  ])('%s', async (name, bytes, notes) => {
    for (const size of [1, 2, 3, 7, 1000]) {
      const table = await parseCsv(pieces(bytes, size));
      expect(columnNames(table.columns)).toEqual(['größe', 'señal', name === 'Windows-1252' ? 'naïve€' : 'naïve']);
      expect([...table.values]).toEqual([1, 2, 3, 4, 5, 6.5]);
      expect(table.notes.map(({ code }) => code)).toEqual(notes);
    }
  });

  test('Latin-1 far from the beginning', async () => {
    const rows = `name,x\n${'plain,1\n'.repeat(20_000)}`;
    const bytes = Buffer.concat([Buffer.from(rows), Buffer.from('größe,2\n', 'latin1')]);
    const table = await parseCsv(pieces(bytes, 5000));
    expect(table.count).toBe(20_001);
    expect(table.notes.map(({ code }) => code)).toEqual(
      ['TEXT_COLUMNS', 'ENCODING'].toSorted().toReversed().toSorted(),
    );
  });

  test('UTF-8 is never taken for Latin-1', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        async (name, size) => {
          const header = JSON.stringify(`n${name}`.replace(/["\\\s\p{C}]/gu, '_'));
          const table = await parseCsv(pieces(Buffer.from(`${header},b\n1,2\n3,5`), size));
          expect(table.notes).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
