import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fold, type RandomSource, randomSource } from '@diffeo/core';

interface Kind {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  row(source: RandomSource): readonly number[];
}

const list = (length: number, value: (i: number) => number): number[] => Array.from({ length }, (_, i) => value(i));
const noise = (rows: number, columns: number): Kind => ({
  ...{ name: `noise-${rows}x${columns}`, rows, columns },
  row: ({ normal }) => list(columns, normal),
});

/** Kinds of tables that have made flows foolish: noise alone, few rows, heavy tails, far rows, lumps, columns that follow others. */
const kinds: readonly Kind[] = [
  noise(29, 5),
  noise(100, 5),
  noise(300, 30),
  {
    ...{ name: 'factor-178x13', rows: 178, columns: 13 },
    row: ({ normal }) => {
      const factor = normal();
      return list(13, (i) => factor * (i % 3) + normal());
    },
  },
  {
    ...{ name: 'heavy-400x8', rows: 400, columns: 8 },
    row: ({ normal }) => list(8, () => normal() / Math.sqrt(list(3, () => normal() ** 2 / 3).reduce((a, b) => a + b))),
  },
  {
    ...{ name: 'far-300x3', rows: 300, columns: 3 },
    row: ({ normal, uniform }) => list(3, (i) => (i === 0 && uniform() < 0.01 ? 1e5 : 0) + normal()),
  },
  {
    ...{ name: 'skewed-200x6', rows: 200, columns: 6 },
    row: ({ normal }) => {
      const shared = normal();
      return list(6, () => Math.exp(0.5 * shared + 0.7 * normal()));
    },
  },
  {
    ...{ name: 'follows-600x5', rows: 600, columns: 5 },
    row: ({ normal }) => {
      const first = normal();
      return list(5, (i) => first ** i + 1e-3 * normal());
    },
  },
  {
    ...{ name: 'lumps-2600x2', rows: 2600, columns: 2 },
    row: ({ normal, uniform }) => {
      const lump = Math.floor(4 * uniform());
      return [5 * (lump % 2) + normal(), 5 * Math.floor(lump / 2) + 0.3 * normal()];
    },
  },
  {
    ...{ name: 'one-column-500', rows: 500, columns: 1 },
    row: ({ normal, uniform }) => [(uniform() < 0.5 ? -5 : 5) + 0.3 * normal()],
  },
];

/** Writes a table of each kind (or of two) into a folder, and says where. */
export function makeTables(folder: string, { few }: { readonly few: boolean }): string[] {
  const chosen = few ? kinds.filter(({ name }) => /^noise-29|^one-column/.test(name)) : kinds;
  return chosen.map(({ name, rows, columns, row }, i) => {
    const source = randomSource(fold(1, i));
    const lines = [
      list(columns, (column) => column)
        .map((column) => `c${column}`)
        .join(),
    ];
    for (let n = 0; n < rows; n++)
      lines.push(
        row(source)
          .map((value) => value.toPrecision(8))
          .join(),
      );
    const path = join(folder, `${name}.csv`);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  });
}
