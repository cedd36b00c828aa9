import { join } from 'node:path';
import type { Root, Run } from '@diffeo/cluster';
import { DiffeoError } from '@diffeo/core';
import { whenCancelled } from '../terminal/interruption.ts';
import { say } from '../terminal/say.ts';
import { commandEngine, commandEnvironment } from './command-engine.ts';
import { followRun } from './follow-run.ts';
import { loadCluster } from './load-cluster.ts';
import { openServer } from './open-server.ts';

/** Where and by whom jobs are done. */
export interface JobOptions {
  /** `local`, or the address of a database. */
  readonly engine: string | undefined;
  readonly root: string | undefined;
  /** A part of the run alone, as `3/10`. */
  readonly part: string | undefined;
  /** How many jobs are done here at once; on a database none are, unless it is said. */
  readonly workers: number | undefined;
  readonly mixed: boolean;
  readonly signal: AbortSignal;
}

/** The part that a text such as `3/10` says. Throws `USAGE`. */
function parsePart(text: string): { readonly part: number; readonly of: number } {
  const [, part = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (part >= 1 && part <= of && Number.isSafeInteger(of)) return { part, of };
  throw new DiffeoError('USAGE', `--part is i/n with i from 1 to n, such as 3/10; got '${text.slice(0, 40)}'`);
}

/** Plans a run and has it done: here, by workers elsewhere, or a part of it. */
export async function runJobs(
  what: string,
  plan: (root: Root) => Promise<Run>,
  { engine: name = 'local', root: path = '.', part, workers, mixed, signal }: JobOptions,
): Promise<void> {
  const { openRoot, servePart } = await loadCluster(what);
  const root = openRoot(path);
  if (part !== undefined) {
    const which = parsePart(part);
    const { handlers } = await import('./handlers.ts');
    whenCancelled(signal, 'cancelled. What is done stays; the same command goes on');
    const { build } = await commandEnvironment();
    const jobs = await servePart(await plan(root), handlers, { root: root.path, ...which, mixed, build, signal });
    say(`part ${part}: ${jobs} jobs done`);
    return;
  }
  const engine = await commandEngine(name, root.path);
  const isHere = name === 'local' || workers !== undefined;
  const server = isHere ? await openServer(engine, { workers: workers ?? 1 }) : null;
  try {
    const run = await plan(root);
    // The local engine keeps its dead letters in the run's folder.
    const anew = name === 'local' ? `when ${join(run.folder, 'failed')} is deleted` : 'after diffeo jobs --retry';
    await followRun(engine, run, { mixed, signal, server, again: 'the same command goes on', anew });
  } finally {
    await server?.close();
    await engine.close();
  }
}
