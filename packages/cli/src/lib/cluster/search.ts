import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DiffeoError, fold, load, type Seed, save } from '@diffeo/core';
import { type CsvOptions, toTensor } from '@diffeo/datasets';
import { score, useWasm } from '@diffeo/trainer';
import { findData } from '../data/find-data.ts';
import { joinedRows } from '../data/joined-rows.ts';
import { writeAtomically } from '../files/atomic-file.ts';
import { runRecord } from '../folder/run-record.ts';
import { definitions } from '../model/definitions.ts';
import { metadataOf } from '../model/model-metadata.ts';
import { modelFile } from '../model/read-model.ts';
import { whenCancelled } from '../terminal/interruption.ts';
import { say } from '../terminal/say.ts';
import { printResult } from '../terminal/standard-streams.ts';
import { flowNamed } from '../train/flows.ts';
import { commandEngine } from './command-engine.ts';
import { progressSayer } from './follow-run.ts';
import { loadCluster } from './load-cluster.ts';
import { openServer } from './open-server.ts';
import { spaceOf, trialFor } from './search-space.ts';

/** What `diffeo search` was asked to do. */
export interface SearchOptions {
  readonly data: string;
  readonly out: string;
  readonly engine: string;
  readonly root: string | undefined;
  readonly workers: number | undefined;
  readonly mixed: boolean;
  readonly trials: number;
  readonly steps: number | undefined;
  readonly rounds: number;
  readonly flows: readonly string[] | undefined;
  readonly seed: Seed;
  readonly csv: CsvOptions;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/**
 * Tries hyper-parameters on the rows of a table, writes the best model as train would, and a table of all trials; says how likely the
 * best makes rows that no trial saw. The same command goes on with a search that was interrupted.
 */
export async function search(options: SearchOptions): Promise<void> {
  const {
    data: name,
    out,
    engine: engineName,
    root: path = '.',
    workers,
    trials: count,
    rounds,
    seed,
    csv,
    signal,
  } = options;
  const { openRoot, randomSettings, search: find, storeInput } = await loadCluster('diffeo search');
  for (const flow of options.flows ?? []) {
    if (flowNamed(flow).images) throw new DiffeoError('USAGE', `--flow ${flow} is for images: search takes tables`);
  }
  const root = openRoot(path);
  const folder = root.pathTo(out);
  await useWasm();
  const data = await findData(name, csv).train({
    ...{ seed, csv, signal, images: {}, limit: undefined, heldOut: undefined, flow: undefined, context: undefined },
    describesFlow: true,
  });
  if (data.train.eventShape.length !== 1) throw new DiffeoError('USAGE', `search takes tables, and ${name} is none`);
  const { flows = [data.defaults.flow], steps = data.defaults.steps } = options;
  const trials = randomSettings(spaceOf(flows), { count, seed }).map((settings, i) =>
    trialFor(settings, data, fold(fold(seed, 'trial'), i)),
  );
  const { train, validation, heldOut } = data;
  // Those to validate on stand behind those to train on.
  const input = await storeInput(root, folder, new Uint8Array(joinedRows(train, validation).values.buffer), '.f32');
  const rows = { input, train: train.count, validation: validation.count, eventShape: train.eventShape };

  const engine = await commandEngine(engineName, root.path);
  const isHere = engineName === 'local' || workers !== undefined;
  const server = isHere ? await openServer(engine, { workers: workers ?? 1 }) : null;
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  whenCancelled(signal, 'cancelled. What is done stays; the same command goes on');
  const serving = server?.serve(both).catch((error: unknown) => {
    stop.abort(error);
    throw error;
  });
  try {
    say(
      `searching: ${count} trials on ${train.count} rows of ${name}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ${steps} steps`,
    );
    const sayers = new Map<number, ReturnType<typeof progressSayer>>();
    const { table, best } = await find(
      { trials, data: rows, folder, steps, rounds },
      {
        ...{ engine, root, definitions, mixed: options.mixed, signal: both },
        onProgress: (round, progress) => {
          const sayer = sayers.get(round) ?? progressSayer(`round ${round} of ${rounds}`);
          sayers.set(round, sayer);
          sayer(progress);
        },
      },
    );
    const { model, params } = load(readFileSync(root.inside(best)), { definitions });
    const [first] = table;
    const x = toTensor(heldOut);
    const scores = await score(model, params, x);
    x.dispose();
    const mean = scores.reduce((sum, value) => sum + value, 0) / scores.length;
    const flow = String(first?.settings['flow']);
    const metadata = metadataOf({
      ...{ columns: data.columns, data: name, flow, csv: data.csv },
      split: { seed, limit: undefined, heldOut: undefined },
      run: runRecord({ search: count, steps, rounds, seed, ...flatSettings(first?.settings ?? {}) }, model, data),
    });
    const place = join(root.inside(folder), modelFile);
    writeAtomically(place, await save(model, params, { metadata }));
    const report = { best: first, heldOutLogLikelihood: mean, model: place, trials: table };
    if (options.json) await printResult(`${JSON.stringify(report)}\n`);
    else {
      say(`best of ${count}: ${JSON.stringify(first?.settings)}, validation ${first?.validation?.toFixed(4)} nats`);
      say(`mean log-likelihood of ${heldOut.count} rows that no trial saw: ${mean.toFixed(4)} nats`);
      say(`the model is in ${place}, the table of trials in ${join(root.inside(folder), 'trials.csv')}`);
    }
  } catch (error) {
    throw stop.signal.aborted && stop.signal.reason instanceof Error ? stop.signal.reason : error;
  } finally {
    stop.abort();
    await serving?.catch(() => undefined);
    await server?.close();
    await engine.close();
  }
}

/** Settings as entries of a run's record. */
const flatSettings = (settings: object): Readonly<Record<string, string | number>> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, typeof value === 'number' ? value : String(value)]),
  );
