import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { DiffeoError } from '@diffeo/core';
import type { Check, Request } from './workload.ts';

/** How to start a competitor: a program that speaks the protocol of `serve`. */
export interface CompetitorSpec {
  readonly name: string;
  /** The program and the arguments before the problem. */
  readonly command: readonly [string, ...string[]];
  /** How many threads it may use. Default 1. */
  readonly threads?: number;
  /**
   * Whether threads of OpenMP turn for a while where they wait, as they do unless told otherwise. It makes small pieces of
   * work faster and takes a core from whoever else runs. Default false.
   */
  readonly spinning?: boolean;
  /**
   * So many processes at once, each with its share of a batch and nothing to exchange: no competitor, but what the cores of the
   * machine give whoever divides the work. Default 1.
   */
  readonly copies?: number;
}

/** A competitor at work, in a process of its own, so that gradient tables and heaps stay apart. */
export interface Competitor {
  readonly name: string;
  /** `null` of copies: none of them has a whole batch. */
  readonly check: (() => Promise<Check>) | null;
  /** The milliseconds of each step of a mode of the program's. */
  measure(mode: string, steps: number): Promise<readonly number[]>;
  /** The most bytes that the process has held so far, engine and libraries included. */
  memory(): Promise<number>;
  /** Resolves when the process has ended. */
  close(): Promise<void>;
}

/** As many threads as are said, whatever the libraries below would take. */
const limitedTo = (threads: number, spinning: boolean): NodeJS.ProcessEnv => ({
  OMP_NUM_THREADS: `${threads}`,
  OPENBLAS_NUM_THREADS: `${threads}`,
  MKL_NUM_THREADS: `${threads}`,
  ...(!spinning && { OMP_WAIT_POLICY: 'PASSIVE' }),
});

/**
 * Starts a competitor on a problem, which it is given as JSON. Its stderr goes to ours.
 *
 * @throws DiffeoError `COMPETITOR`, from any of its methods, when the process ends instead of answering.
 */
export function startCompetitor(
  { name, command: [program, ...args], threads = 1, spinning = false }: CompetitorSpec,
  problem: object,
): Competitor {
  const child = spawn(program, [...args, JSON.stringify(problem)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...limitedTo(threads, spinning) },
  });
  const ended = once(child, 'close').catch(() => undefined);
  // A write to a process that has gone; the missing answer tells it better.
  child.stdin.on('error', () => undefined);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function ask(request: Request | { readonly mode: string; readonly steps: number }): Promise<unknown> {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await answers.next();
    if (!done) return JSON.parse(value);
    await ended;
    throw new DiffeoError(
      'COMPETITOR',
      `${name} ended with ${child.signalCode ?? `code ${child.exitCode}`} when it was asked ${JSON.stringify(request)}`,
    );
  }

  return {
    name,
    check: async () => (await ask({ check: true })) as Check,
    memory: async () => (await ask({ memory: true })) as number,
    measure: async (mode, steps) => (await ask({ mode, steps })) as readonly number[],
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
