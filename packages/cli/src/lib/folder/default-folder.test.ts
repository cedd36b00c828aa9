import { basename } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defaultFolder } from './default-folder.ts';

it.each([
  ['two-moons', 'diffeo-two-moons'],
  ['data/wine.csv', 'diffeo-wine'],
  ['/tmp/a b.csv.gz', 'diffeo-a-b'],
  ...['csv', 'TSV', 'json', 'jsonl', 'ndjson', 'json.gz', 'parquet', 'arrow', 'feather', 'npy', 'npz', 'idx3'].map(
    (ending) => [`data/penguins.${ending}`, 'diffeo-penguins'],
  ),
  ['../x.2024.csv', 'diffeo-x.2024'],
  ['my.data.set.csv', 'diffeo-my.data.set'],
  ['.csv', 'diffeo-.csv'],
  ['data/rows/*.csv', 'diffeo-rows'],
  ['rows/**/*', 'diffeo-rows'],
  ['rows/part-*.parquet', 'diffeo-part'],
  ['/dev/stdin', 'diffeo-stdin'],
  ['-', 'diffeo-stdin'],
  ['数据.csv', 'diffeo-数据'],
  ['данные.csv', 'diffeo-данные'],
  ['नमूना.csv', 'diffeo-नमूना'],
  ['e\u0301te\u0301.csv', 'diffeo-\u00e9t\u00e9'],
  ['📈.csv', 'diffeo-📈'],
  ['\u202egnp.csv', 'diffeo--gnp'],
  ['a:b?.csv', 'diffeo-a-b'],
  ['CON.csv', 'diffeo-CON'],
  ['trailing. . .csv', 'diffeo-trailing'],
  ['.', `diffeo-${basename(process.cwd())}`],
  ['/', 'diffeo-data'],
])('the folder for %s is %s', (data, folder) => {
  expect(defaultFolder(data)).toBe(folder);
});

it('long names are cut, and told apart', () => {
  const long = '数'.repeat(200);
  const [a, b] = [`${long}1.csv`, `${long}2.csv`].map(defaultFolder);
  expect(a).toMatch(/^diffeo-数{40}-[0-9a-f]{8}$/);
  expect(a).not.toBe(b);
});

it('names of nothing but dots, dashes and spaces are told apart', () => {
  const names = ['....csv', '---.csv', '- -.csv', '\u200b.csv', '???.csv'].map(defaultFolder);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^diffeo-[0-9a-f]{8}$/);
});

it('every name gives one that every system takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (data) => {
      const folder = defaultFolder(data);
      return (
        folder.startsWith('diffeo-') &&
        folder.length > 'diffeo-'.length &&
        Buffer.byteLength(folder) <= 160 &&
        !/[\s<>:"/\\|?*\p{Cc}\p{Cf}]|[. ]$/u.test(folder)
      );
    }),
    { numRuns: 1000 },
  );
});
