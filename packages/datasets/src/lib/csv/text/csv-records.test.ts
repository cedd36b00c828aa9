import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRecords } from './csv-records.ts';

type Found = readonly [fields: readonly string[], line: number];

async function recordsOf(pieces: readonly string[], delimiter: string): Promise<readonly Found[]> {
  const found: Found[] = [];
  const onRecord = (fields: string[], line: number): void => void found.push([fields, line]);
  await readRecords(pieces, { delimiter, comment: '#', quotes: true, linesBefore: 0, source: 't', onRecord });
  return found;
}

const unit = fc.constantFrom('a', '1', '.', '#', ' ', '\t', '\f', ',', ';', '\n', '\r', '\r\n', '\u00a0', 'é');

test('text without quotes is cut as csv-parse cuts it, in whatever pieces it comes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit, maxLength: 30 }), { maxLength: 6 }),
      fc.constantFrom(',', ';', '\t', ';,'),
      async (pieces, delimiter) => {
        const plain = await recordsOf(pieces, delimiter);
        // A quote at the beginning leaves all of it to csv-parse.
        const parsed = await recordsOf(['"q"\n', ...pieces], delimiter);
        expect(plain).toEqual(parsed.slice(1).map(([fields, line]) => [fields, line - 1]));
        expect(await recordsOf([pieces.join('')], delimiter)).toEqual(plain);
      },
    ),
    { numRuns: 400 },
  );
});

test('a quote further down is read as one, with the right lines', async () => {
  const text = ['a,b\n1,2\n3,', '"x\ny"\n', '5,6'];
  expect(await recordsOf(text, ',')).toEqual([
    [['a', 'b'], 1],
    [['1', '2'], 2],
    [['3', 'x\ny'], 3],
    [['5', '6'], 5],
  ]);
});
