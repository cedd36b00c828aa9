import { Readable } from 'node:stream';
import { type RandomSource, randomSource } from '@diffeo/core';
import { parseCsv } from '@diffeo/datasets';
import { parse } from 'csv-parse';
import { median } from '../averages.ts';
import { describeMachine, type Machine, machine } from '../machine.ts';
import { type MemoryOfTraining, measureMemoryOfTraining } from './measure-memory-of-training.ts';

/** A table that both read. */
interface ReadTwice {
  readonly table: 'numbers' | 'dates, texts and gaps';
  /** Of each round. */
  readonly seconds: { readonly diffeo: readonly number[]; readonly csvParse: readonly number[] };
  /** Our median by that of csv-parse, which finds no kinds. */
  readonly ratio: number;
}

export interface ReadersResult {
  readonly benchmark: 'readers';
  readonly machine: Machine;
  readonly rows: number;
  readonly columns: number;
  readonly tables: readonly ReadTwice[];
  /** Of `diffeo train` on an eighth of flights-3m.parquet and on all of it. */
  readonly memory: readonly MemoryOfTraining[];
}

const words = ['red', 'green', 'blue', 'white'] as const;

/** A row of a table with dates, texts and gaps beside numbers. */
function mixedRow(source: RandomSource, columns: number): string[] {
  const day = new Date(Date.UTC(2000, 0, 1 + source.integer(9000))).toISOString().slice(0, 10);
  const numbers = Array.from({ length: columns - 2 }, () => (source.integer(20) ? source.normal().toFixed(6) : ''));
  return [day, words[source.integer(words.length)] as string, ...numbers];
}

/** CSV text in parts of about 64 kB. */
function csvParts(table: ReadTwice['table'], rows: number, columns: number): readonly Uint8Array[] {
  const source = randomSource(1);
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const numbers = (): string[] => Array.from({ length: columns }, () => source.normal().toFixed(6));
  let lines = [Array.from({ length: columns }, (_, i) => `x${i}`).join()];
  for (let row = 0; row < rows; row++) {
    lines.push((table === 'numbers' ? numbers() : mixedRow(source, columns)).join());
    if (lines.length === 1000 || row === rows - 1) {
      parts.push(encoder.encode(`${lines.join('\n')}\n`));
      lines = [];
    }
  }
  return parts;
}

/** How many rows csv-parse finds, the fastest way that it has: no record is kept. */
function countByCsvParse(parts: readonly Uint8Array[]): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = -1;
    const parser = parse({
      on_record: () => {
        count++;
        return null;
      },
    });
    parser.once('error', reject).once('end', () => resolve(count));
    parser.resume();
    Readable.from(parts).pipe(parser);
  });
}

async function seconds(run: () => Promise<number>, rows: number): Promise<number> {
  const began = performance.now();
  const found = await run();
  const taken = (performance.now() - began) / 1000;
  if (found !== rows) throw new Error(`${found} rows were read, of ${rows}`);
  return taken;
}

/** Reads a table of numbers by turns, by our reader and by csv-parse alone, and trains on a large file where that is asked for. */
export async function measureReaders({
  rows,
  columns,
  rounds,
  large,
}: {
  readonly rows: number;
  readonly columns: number;
  readonly rounds: number;
  readonly large: boolean;
}): Promise<ReadersResult> {
  const tables: ReadTwice[] = [];
  for (const table of ['numbers', 'dates, texts and gaps'] as const) {
    const parts = csvParts(table, rows, columns);
    const [diffeo, csvParse]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      csvParse.push(await seconds(() => countByCsvParse(parts), rows));
      diffeo.push(await seconds(async () => (await parseCsv(Readable.from(parts), { take: 'all' })).count, rows));
    }
    tables.push({ table, seconds: { diffeo, csvParse }, ratio: median(diffeo) / median(csvParse) });
  }
  return {
    ...{ benchmark: 'readers', machine: machine(), rows, columns, tables },
    memory: large ? await measureMemoryOfTraining() : [],
  };
}

/** The result for people. */
export const readersTable = ({ machine: own, rows, columns, tables, memory }: ReadersResult): string =>
  [
    describeMachine(own),
    ...tables.map(
      ({ table, seconds: taken, ratio }) =>
        `${rows.toLocaleString('en')} rows of ${columns}, ${table}: ${median(taken.diffeo).toFixed(2)} s, kinds found; csv-parse alone ${median(taken.csvParse).toFixed(2)} s: ${ratio.toFixed(2)} times as long`,
    ),
    ...memory.map(
      ({ rows: trained, cpuSeconds, peakBytes }) =>
        `diffeo train on ${trained.toLocaleString('en')} rows of flights-3m.parquet: ${Math.round(peakBytes / 2 ** 20)} MiB at most, ${cpuSeconds.toFixed(0)} s of processor time`,
    ),
  ].join('\n');
