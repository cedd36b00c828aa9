import { createInterface } from 'node:readline';

/** What is timed: a training step, the log-likelihoods of a batch, a batch of samples. */
export const modes = ['training', 'logProb', 'sample'] as const;
export type Mode = (typeof modes)[number];

/** Numbers that are the same for two competitors only if they compute the same thing. */
export interface Check {
  /** Mean negative log-likelihood of the first batch, nats. */
  readonly loss: number;
  /** The Euclidean norm of its gradient. */
  readonly gradientNorm: number;
  /** The loss after {@link checkSteps} steps on that batch. */
  readonly lossAfter: number;
  /** The mean square of base → data at the first batch, taken as points of the base. */
  readonly decoded: number;
}

/** How many steps of training a check takes. */
export const checkSteps = 5;

/**
 * What a competitor is asked, one line of JSON. The answer to a mode is the milliseconds of each step; that to `memory`, the
 * most bytes that the process has held so far.
 */
export type Request =
  | { readonly check: true }
  | { readonly memory: true }
  | { readonly mode: Mode; readonly steps: number };

/** A competitor, ready to run. */
export interface Workload {
  check(): Promise<Check>;
  /** The milliseconds of each of so many training steps: take a batch at random, descend on it, read the loss. */
  training(steps: number): Promise<readonly number[]>;
  /** The same for the log-likelihoods of the first batch, with the result read. */
  logProb(steps: number): Promise<readonly number[]>;
  /** The same for a batch of samples. */
  sample(steps: number): Promise<readonly number[]>;
  /** Called at the end. */
  close?(): Promise<void>;
}

/** The milliseconds of each of so many calls. */
export async function timed(steps: number, f: () => void | Promise<void>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < steps; i++) {
    const began = performance.now();
    const done = f();
    if (done) await done;
    times.push(performance.now() - began);
  }
  return times;
}

/** Runs a competitor as a process: the problem is its last argument, requests come on stdin and answers go to stdout. */
export async function serve<Problem>(prepare: (problem: Problem) => Promise<Workload>): Promise<void> {
  const workload = await prepare(JSON.parse(process.argv.at(-1) as string) as Problem);
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request;
    process.stdout.write(`${JSON.stringify(await answer(workload, request))}\n`);
  }
  await workload.close?.();
}

function answer(workload: Workload, request: Request): Promise<unknown> | number {
  if ('check' in request) return workload.check();
  if ('memory' in request) return 1024 * process.resourceUsage().maxRSS;
  return workload[request.mode](request.steps);
}
