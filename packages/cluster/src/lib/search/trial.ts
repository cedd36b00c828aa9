import type { FlowSpec } from '@diffeo/core';
import type { TrialFit } from '../handlers/trial-handler.ts';
import type { JobRequest } from '../jobs/job.ts';

/** One setting of hyper-parameters. */
export interface Trial {
  /** What was chosen, for the table. */
  readonly settings: JobRequest;
  readonly spec: FlowSpec;
  /** Steps apart, which the search says. */
  readonly fit: Omit<TrialFit, 'steps'>;
}

/** A row of the table of trials. */
export interface TrialRow {
  /** From 1, in the order in which they were given. */
  readonly trial: number;
  readonly settings: JobRequest;
  /** How many steps it was given last. */
  readonly steps: number;
  /** The best validation loss of that, nats; `null` where training broke down or the job was given up. */
  readonly validation: number | null;
  readonly bestStep: number;
  readonly error: string | null;
}

/** Better rows first: those that were given more steps, and among them by their validation; of equals the first. */
export const byMerit = (a: TrialRow, b: TrialRow): number =>
  b.steps - a.steps || (a.validation ?? Infinity) - (b.validation ?? Infinity) || a.trial - b.trial;
