import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { DiffeoError } from '@diffeo/core';
import type { TableRows } from '@diffeo/tables';

/** A table in two parts. */
export interface BenchTable {
  readonly name: string;
  /** Training and validation rows: everybody may use both. */
  readonly rows: TableRows;
  /** Used once. */
  readonly test: TableRows;
}

/** Where the tables lie beside a checkout. */
const besideRepository = fileURLToPath(new URL('../../../../../shared/data/tables', import.meta.url));

/** The folder of the tables. */
export function tablesFolder(given: string | undefined): string {
  const folder = given ?? besideRepository;
  if (existsSync(join(folder, 'splits'))) return folder;
  throw new DiffeoError('USAGE', `there are no tables in ${folder}: --data says where they are`);
}

/** The names of all tables, those with few rows first. */
export function tableNames(folder: string): readonly string[] {
  const rows = (name: string) => readFileSync(join(folder, 'splits', `${name}.json.gz`)).length;
  return readdirSync(join(folder, 'splits'))
    .map((file) => file.replace('.json.gz', ''))
    .sort((a, b) => rows(a) - rows(b));
}

const text = (path: string): string => gunzipSync(readFileSync(path)).toString();

/** Reads a table and its parts. */
export function readBenchTable(folder: string, name: string): BenchTable {
  const [, ...lines] = text(join(folder, `${name}.csv.gz`))
    .trim()
    .split('\n');
  const numbers = lines.map((line) => line.split(',').map(Number));
  const split = JSON.parse(text(join(folder, 'splits', `${name}.json.gz`))) as Record<
    'train' | 'val' | 'test',
    number[]
  >;
  const size = numbers[0]?.length ?? 0;
  const at = (places: readonly number[]): TableRows => ({
    values: Float32Array.from(places.flatMap((place) => numbers[place] as number[])),
    count: places.length,
    size,
  });
  return { name, rows: at([...split.train, ...split.val]), test: at(split.test) };
}
