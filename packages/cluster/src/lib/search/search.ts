import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Definition, DiffeoError, load } from '@diffeo/core';
import { requireOptions, text, wholeNumber } from '@diffeo/core/arguments';
import type { Engine } from '../engines/engine.ts';
import type { Root } from '../files/root.ts';
import { exists, writeOutput } from '../files/write-output.ts';
import { type TrialData, type TrialResult, trialType } from '../handlers/trial-handler.ts';
import { type Job, outputName } from '../jobs/job.ts';
import type { Json } from '../jobs/json.ts';
import { numbered } from '../plans/score-run.ts';
import { tidyRun } from '../runs/manifest.ts';
import type { JobFailure, Progress, Run } from '../runs/run.ts';
import { byMerit, type Trial, type TrialRow } from './trial.ts';
import { trialTable } from './trial-table.ts';

/** How to search. */
export interface SearchOptions {
  readonly trials: readonly Trial[];
  readonly data: TrialData;
  /** Where its runs, its table and its best model are written, from the root. */
  readonly folder: string;
  /** How many steps a trial is trained that comes through to the end. */
  readonly steps: number;
  /**
   * In how many rounds. Each but the last gives its trials a part of the steps, and only the best of them go on to the next:
   * one of `factor`, with `factor` times the steps. Default 1: every trial has all steps.
   */
  readonly rounds?: number;
  /** Default 3. */
  readonly factor?: number;
}

/** How a search is followed. */
export interface SearchContext {
  readonly engine: Engine;
  readonly root: Root;
  /** Of the parts that models may have. */
  readonly definitions: readonly Definition[];
  readonly mixed?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (round: number, progress: Progress) => void;
}

/** What a search found. */
export interface SearchResult {
  /** Every trial, the best first. */
  readonly table: readonly TrialRow[];
  /** The best trial's model file, from the root. */
  readonly best: string;
}

/** How many steps the trials of a round have, from the first on. */
export const stepsOf = (
  round: number,
  { steps, rounds = 1, factor = 3 }: Pick<SearchOptions, 'steps' | 'rounds' | 'factor'>,
) => Math.max(1, Math.round(steps / factor ** (rounds - 1 - round)));

/** A trial with its number. */
interface Numbered {
  readonly number: number;
  readonly trial: Trial;
}

/** What a trial's model file says of it. */
async function resultIn(path: string, definitions: readonly Definition[]): Promise<TrialResult> {
  const { metadata } = load(await readFile(path), { definitions });
  return JSON.parse(metadata['trial'] ?? 'null') as TrialResult;
}

/**
 * Tries settings of hyper-parameters: all of them with all steps, or by successive halving (Jamieson and Talwalkar 2016,
 * "Non-stochastic best arm identification and hyperparameter optimization"). Trials start anew in each round, so that each depends
 * on its settings alone: a search that was killed and is begun again with the same options ends with the same table and the same
 * model. Somebody has to serve.
 *
 * @throws DiffeoError `CONFIG`, `FILE`, `ENGINE`, `CANCELLED`; `DATA` where no trial came to a model.
 */
export async function search(options: SearchOptions, context: SearchContext): Promise<SearchResult> {
  const { trials, data, folder, rounds = 1, factor = 3 } = options;
  requireOptions<Pick<SearchOptions, 'steps' | 'rounds' | 'factor' | 'folder'>>(
    'search',
    { steps: options.steps, rounds, factor, folder },
    {
      steps: wholeNumber({ from: 1 }),
      rounds: wholeNumber({ from: 1, to: 20 }),
      factor: wholeNumber({ from: 2, to: 100 }),
      folder: text,
    },
  );
  if (trials.length === 0) throw new DiffeoError('CONFIG', 'search: there are no trials');
  const { engine, root, definitions, signal, onProgress, mixed = false } = context;
  const rows = new Map<number, TrialRow>();
  let going: readonly Numbered[] = trials.map((trial, i) => ({ number: i + 1, trial }));
  let paths = new Map<number, string>();

  for (let round = 0; round < rounds; round++) {
    const steps = stepsOf(round, options);
    const jobs = going.map(({ number, trial: { spec, fit } }): Job => {
      const request = {
        spec: JSON.parse(JSON.stringify(spec)) as { [name: string]: Json },
        fit: { ...fit, steps },
        data,
      };
      return {
        type: trialType,
        request,
        name: numbered(number, trials.length + 1).replace('part', 'trial'),
        ending: '.safetensors',
      };
    });
    const run: Run = {
      name: `search, round ${round + 1} of ${rounds}`,
      folder: join(folder, `round-${round + 1}`),
      jobs,
    };
    const handle = await engine.submit(run, { mixed });
    await handle.wait({
      ...(signal && { signal }),
      onProgress: (progress) => onProgress?.(round + 1, progress),
    });
    const failures = new Map((await handle.failures()).map((failure) => [outputName(failure.job), failure] as const));
    paths = new Map(
      going.map(({ number }, i) => [number, root.inside(join(run.folder, outputName(jobs[i] as Job)))] as const),
    );
    for (const [i, { number, trial }] of going.entries()) {
      const path = paths.get(number) as string;
      const failure = failures.get(outputName(jobs[i] as Job));
      const result = (await exists(path)) ? await resultIn(path, definitions) : givenUp(failure);
      rows.set(number, { trial: number, settings: trial.settings, steps, ...result });
    }
    if (failures.size === 0) await handle.forget();
    const ranked = going.map(({ number }) => rows.get(number) as TrialRow).sort(byMerit);
    const next = new Set(ranked.slice(0, Math.max(1, Math.floor(going.length / factor))).map(({ trial }) => trial));
    if (round + 1 < rounds) going = going.filter(({ number }) => next.has(number));
  }

  const table = [...rows.values()].sort(byMerit);
  const [first] = table as [TrialRow];
  if (first.validation === null) {
    throw new DiffeoError('DATA', `no trial came to a model; of the first: ${first.error ?? 'nothing is known'}`);
  }
  const best = join(folder, 'best.safetensors');
  await writeOutput(root.inside(best), await readFile(paths.get(first.trial) as string));
  await writeOutput(root.inside(join(folder, 'trials.csv')), await trialTable(table));
  await tidyRun(root, folder);
  return { table, best };
}

const givenUp = (failure: JobFailure | undefined): TrialResult => ({
  ...{ validation: null, bestStep: 0 },
  error: failure?.error ?? 'its job was given up',
});
