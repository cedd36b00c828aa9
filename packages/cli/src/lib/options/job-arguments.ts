import { DiffeoError } from '@diffeo/core';
import { numberOption } from './number-option.ts';

/** The option of every command that works through an engine. */
const engineDescription = 'local, or postgres://user@host/database';

/** Of commands that ask an engine. */
export const engineArgument = {
  type: 'string',
  valueHint: 'postgres://…',
  description: `Who has jobs done: ${engineDescription}.`,
} as const;

/** Where jobs read and write. */
export const rootArgument = {
  type: 'string',
  valueHint: 'folder',
  description: 'The folder that all workers see, outside of which nothing is read or written. Default: here.',
} as const;

/** The options of commands that may have their work done as jobs. */
export const jobArguments = {
  engine: {
    ...engineArgument,
    description: `Do it in parts, as jobs, and write them into the folder --out: ${engineDescription}.`,
  },
  root: rootArgument,
  rows: { type: 'string', description: 'Of jobs: about how many rows each has. Default 100000.' },
  workers: {
    type: 'string',
    description: 'Of jobs: how many to do here at once. Default 1; with a database none, which its workers do.',
  },
  mixed: {
    type: 'boolean',
    description: 'Let workers of any build take part, whose results may differ in their last bits.',
  },
} as const;

const workersRange = { whole: true, least: 1, most: 256 };

/** What those options were given. */
export const jobOptions = (args: {
  readonly engine: string | undefined;
  readonly root: string | undefined;
  readonly rows: string | undefined;
  readonly workers: string | undefined;
  readonly mixed: boolean | undefined;
}) => ({
  engine: args.engine,
  root: args.root,
  rows: numberOption('--rows', args.rows, { whole: true, least: 1, most: 1e9 }, undefined),
  workers: numberOption('--workers', args.workers, workersRange, undefined),
  mixed: args.mixed === true,
});

/** The number of jobs that a worker does at once. */
export const workersOption = (text: string | undefined): number => numberOption('--workers', text, workersRange, 1);

type Given = Readonly<Record<string, unknown>>;

/** Throws `USAGE` for options that jobs do not have. */
export function refuseForJobs(args: Given, names: readonly string[]): void {
  const found = names.find((name) => args[name] !== undefined && args[name] !== false);
  if (found !== undefined) throw new DiffeoError('USAGE', `--${found} is not for jobs: leave it or --engine out`);
}

/** Throws `USAGE` for options that only jobs have. */
export function refuseWithoutEngine(args: Given): void {
  const found = ['root', 'rows', 'workers', 'mixed'].find((name) => args[name] !== undefined && args[name] !== false);
  if (found !== undefined) throw new DiffeoError('USAGE', `--${found} is for jobs: say --engine local, or a database`);
}

/** The folder that jobs write into. Throws `USAGE` without one. */
export function requireOut(out: string | undefined): string {
  if (out !== undefined) return out;
  throw new DiffeoError('USAGE', 'jobs write files: say into which folder, with --out');
}
