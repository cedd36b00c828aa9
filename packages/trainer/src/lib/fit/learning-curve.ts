import type { Validations } from '../optimisers/schedule.ts';
import { meanOf } from '../scores/row-statistics.ts';
import type { RunState } from './checkpoint-header.ts';
import type { HistoryPoint } from './fit-options.ts';

/** What a run has seen of losses so far: its history, and what patience is counted by. */
export interface LearningCurve {
  readonly history: readonly HistoryPoint[];
  /** The validation loss before the first step; `null` without validation. */
  readonly startValidation: number | null;
  /** The newest validation loss. */
  readonly validation: number | null;
  /** Validations without a new best that count for patience. */
  readonly unimproved: number;
  /** Takes in the loss of a step. */
  addLoss(loss: number): void;
  /** Takes in a validation: its loss, whether it was the best, and whether it counts for patience. */
  addValidation(step: number, loss: number, improved: boolean, counts: boolean): void;
  /** Ends a stretch of the history at this step. */
  addPoint(step: number): void;
  /** Every validation so far, the start's among them, for schedules. */
  validations(): Validations;
  /** As it stands in a checkpoint. */
  state(): Pick<RunState, 'history' | 'losses' | 'startValidation' | 'validation' | 'unimproved'>;
}

/** Begins a curve, or goes on with one. */
export function learningCurve(before: RunState | undefined): LearningCurve {
  const history: HistoryPoint[] = [...(before?.history ?? [])];
  let losses: number[] = [...(before?.losses ?? [])];
  let { startValidation = null, validation = null, unimproved = 0 } = before ?? {};
  return {
    history,
    get startValidation() {
      return startValidation;
    },
    get validation() {
      return validation;
    },
    get unimproved() {
      return unimproved;
    },
    addLoss: (loss) => void losses.push(loss),
    addValidation: (step, loss, improved, counts) => {
      if (step === 0) startValidation = loss;
      validation = loss;
      if (improved) unimproved = 0;
      else if (counts) unimproved++;
    },
    addPoint: (step) => {
      history.push({ step, train: meanOf(losses), ...(validation !== null && { validation }) });
      losses = [];
    },
    validations: () => [
      ...(startValidation === null ? [] : [{ step: 0, loss: startValidation }]),
      ...history.flatMap(({ step, validation: loss }) => (loss === undefined ? [] : [{ step, loss }])),
    ],
    state: () => ({ history, losses, startValidation, validation, unimproved }),
  };
}
