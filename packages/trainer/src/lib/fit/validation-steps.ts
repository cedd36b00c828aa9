import type { FitOptions } from './fit-options.ts';

/** When a run validates, and on how many rows at most. */
export interface ValidationSteps {
  /** Steps between two validations, once they have their regular distance. */
  readonly every: number;
  /** Whether there are validations before the first of those too: after 1, 2, 4, 8 … steps. */
  readonly early: boolean;
  readonly rows: number;
}

/** Regular validations in a run. */
const usual = 50;
/** Where rows are many and the run is short: so few at least. */
const fewest = 12;
/** A sample has so many rows at least. */
export const leastRows = 2000;
/** Scoring a row costs about a quarter of training on it: so a validation takes less than a tenth of the steps before it. */
const rowsPerTrainedRow = 1 / 5;

/**
 * The defaults: fifty validations in a run, each on as many rows as keep them below a tenth of the time, which are 2000 at
 * least. A short run for which those are too many validates less often.
 */
export function validationSteps(
  { steps, batchSize }: { readonly steps: number; readonly batchSize: number },
  available: number,
  { validateEvery, validationRows }: Pick<FitOptions, 'validateEvery' | 'validationRows'>,
): ValidationSteps {
  const regular = validateEvery ?? Math.max(1, Math.round(steps / usual));
  const affordable = Math.max(leastRows, Math.floor(rowsPerTrainedRow * regular * batchSize));
  const rows = Math.min(available, validationRows ?? affordable);
  if (validateEvery !== undefined) return { every: validateEvery, early: false, rows };
  const distance = Math.ceil(rows / (rowsPerTrainedRow * batchSize));
  return { every: Math.max(regular, Math.min(distance, Math.floor(steps / fewest))), early: true, rows };
}

/** The first step after this one that is validated; the last of a run always is. */
export function nextValidation(step: number, { every, early }: ValidationSteps, steps: number): number {
  const regular = every * (Math.floor(step / every) + 1);
  const doubled = 2 ** Math.ceil(Math.log2(step + 1));
  return Math.min(steps, regular, early && doubled < every ? doubled : Infinity);
}

/** Whether a validation at this step counts for patience: the early ones lie so close that they would exhaust it. */
export const countsForPatience = (step: number, { every }: ValidationSteps): boolean => step > 0 && step % every === 0;
