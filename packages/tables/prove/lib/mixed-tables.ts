import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { randomSource, type Seed } from '@diffeo/core';
import { type Column, learnable, parseCsv, type ReadTable, split } from '@diffeo/datasets';
import { readTableFile } from '@diffeo/datasets/node';
import { withMissingCells } from '../../src/index.ts';
import type { TableRows } from '../../src/lib/table-rows.ts';

/** A table of any kinds of columns, and how to read it. */
export interface MixedSource {
  readonly name: string;
  /** Whether its columns surely depend on each other, so that a density is far ahead of independent ones. */
  readonly depends?: boolean;
  read(): Promise<ReadTable>;
}

/** Rows of a mixed table, cut in two. */
export interface MixedSplit {
  readonly name: string;
  readonly depends: boolean;
  readonly columns: readonly Column[];
  readonly train: TableRows;
  readonly heldOut: TableRows;
}

const vega = (): string => join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data');

const fileSource = (path: string): MixedSource => ({
  name: basename(path),
  read: () => readTableFile(path, { take: 'all' }),
});

/** One of the tables of vega-datasets. */
export const mixedFile = (file: string): MixedSource => fileSource(join(vega(), file));

/** Visits to a shop: by day, with weeks and years in them, most without a purchase. */
function visits(seed: Seed): MixedSource {
  const source = randomSource(seed);
  const lines = Array.from({ length: 900 }, (_, day) => {
    const when = new Date(Date.UTC(2019, 0, 1 + day)).toISOString().slice(0, 10);
    const weekend = day % 7 >= 5;
    const warm = 10 - 9 * Math.cos((2 * Math.PI * day) / 365.2425) + 2 * source.normal();
    const people = Math.max(0, Math.round((weekend ? 60 : 25) + warm + 5 * source.normal()));
    const spent = source.uniform() < 0.55 ? 0 : Math.exp(2 + people / 40 + 0.6 * source.normal());
    return [
      when,
      warm.toFixed(1),
      people,
      spent === 0 ? '0' : spent.toFixed(2),
      source.uniform() < 0.08 ? '' : weekend ? 'cake' : 'bread',
    ].join();
  });
  return {
    ...{ name: 'visits', depends: true },
    read: () => parseCsv(`when,warm,people,spent,bought\n${lines.join('\n')}\n`, { take: 'all' }),
  };
}

/**
 * Tables of many kinds: penguins with gaps, cars, weather of four years with zeros and dates, films, and one that is made. Those in the folder that DIFFEO_MIXED_TABLES names
 * instead, if it names one.
 */
export function mixedTables(seed: Seed): readonly MixedSource[] {
  const given = process.env['DIFFEO_MIXED_TABLES'];
  if (given) return readdirSync(given).map((file) => fileSource(resolve(given, file)));
  const files = ['penguins.json', 'seattle-weather.csv', 'cars.json', 'movies.json'];
  return [visits(seed), ...files.map(mixedFile)];
}

/** A table as a mixed density takes it, a tenth of its rows held out. */
export async function splitMixed(source: MixedSource, seed: Seed, most: number): Promise<MixedSplit> {
  const { table } = learnable(await source.read(), { density: 'mixed' });
  const parts = { train: 0.9, test: 0.1 };
  const { train, test } = split(table, parts, seed);
  const rows = (
    { values, count }: { readonly values: ArrayLike<number>; readonly count: number },
    limit: number,
  ): TableRows => {
    const [size, kept] = [table.columns.length, Math.min(count, limit)];
    return { values: withMissingCells(Float32Array.from(values).subarray(0, kept * size)), count: kept, size };
  };
  const { name, depends = false } = source;
  return { name, depends, columns: table.columns, train: rows(train, most), heldOut: rows(test, most) };
}
