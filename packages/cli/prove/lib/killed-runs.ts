import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomSource } from '@diffeo/core';

/** A table that takes a while to be read. */
export const rowsFile = 'rows.csv';

export function rowsCsv(): string {
  const source = randomSource(1);
  const lines = Array.from({ length: 60_000 }, () => {
    const x = source.normal();
    return [x, x * x + source.normal(), source.uniform()].map((value) => value.toFixed(6)).join(',');
  });
  return ['a,b,c', ...lines, ''].join('\n');
}

/** A command that is killed, and by what it is judged. */
export interface KilledRun {
  readonly args: readonly string[];
  /** What the command says to go on with what was interrupted. */
  readonly resume: readonly string[];
  /** Ends of names of files that appear when it validates, and when it reports. */
  readonly appearing: { readonly validating: readonly string[]; readonly reporting: readonly string[] };
  /** What must be equal, to the bit; times and places are not. */
  outcome(folder: string): string;
  /** Throws where something is in the folder that may never be. */
  requireSound(folder: string, expected: string): void;
}

/** All files of a folder, without what differs by the folder's name: the hashes in names of outputs. */
export const filesIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map((name) => name.replace(/[0-9a-f]{16,}/g, '#'))
        .sort()
    : [];

const train = (options: string): KilledRun => ({
  args: ['train', '--json', ...options.split(' ')],
  resume: ['--resume'],
  appearing: { validating: ['checkpoint.bin'], reporting: ['model.safetensors', 'report.json'] },
  outcome(folder) {
    const [history, model] = ['history.csv', 'model.safetensors'].map((name) =>
      readFileSync(join(folder, name), 'base64'),
    );
    const {
      seconds: _,
      samplesPerSecond: __,
      peakBytes: ___,
      model: ____,
      ...report
    } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    return JSON.stringify({ history, model, report });
  },
  requireSound(folder) {
    const names = filesIn(folder);
    if (!names.includes('report.json')) return;
    const { modelSha256 } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    const found = createHash('sha256')
      .update(readFileSync(join(folder, 'model.safetensors')))
      .digest('hex');
    if (found === modelSha256 || names.includes('checkpoint.bin')) return;
    throw new Error(`the report is of another model, and there is no checkpoint: ${names.join(', ')}`);
  },
});

const found = ['model.safetensors', 'trials.csv'] as const;

const search = (options: string): KilledRun => ({
  args: ['search', '--json', ...options.split(' ')],
  resume: [],
  appearing: { validating: ['.safetensors'], reporting: ['best.safetensors', 'trials.csv', 'model.safetensors'] },
  outcome: (folder) => JSON.stringify(found.map((name) => readFileSync(join(folder, name), 'base64'))),
  requireSound(folder, expected) {
    for (const [i, name] of found.entries()) {
      const path = join(folder, name);
      if (existsSync(path) && readFileSync(path, 'base64') !== JSON.parse(expected)[i]) {
        throw new Error(`${name} is another than it will be`);
      }
    }
  },
});

/** What is run, the shortest first: points, on workers too, a flow of a table, the density that is found for one, and a search. Scoring takes about as long as training, so that kills fall into both. */
export const killedRuns: readonly KilledRun[] = [
  train('two-moons --steps 60 --layers 2 --hidden 4 --limit 500 --held-out 20000 --seed 2'),
  search(`${rowsFile} --trials 3 --rounds 2 --steps 90 --seed 7`),
  train('two-moons --steps 500 --layers 2 --hidden 8 --limit 2000 --held-out 200000 --seed 3'),
  train('two-moons --steps 200 --layers 2 --hidden 8 --limit 2000 --held-out 100000 --seed 4 --workers 2'),
  train(`${rowsFile} --steps 200 --layers 2 --hidden 8 --held-out 20000 --seed 5`),
  search('two-moons --trials 4 --rounds 2 --steps 200 --seed 8'),
  train(`${rowsFile} --effort fast --limit 600 --seed 6`),
];
