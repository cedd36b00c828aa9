import { DiffeoError } from '@diffeo/core';

/** One record of a training run. Losses in the unit of the chart, here bits per dimension. */
export interface LossPoint {
  readonly step: number;
  readonly train: number;
  /** Absent at steps where the held-out rows were not scored. */
  readonly validation?: number;
}

/** A value to compare with, drawn as a dashed line across the chart. */
export interface Baseline {
  readonly label: string;
  readonly value: number;
}

/**
 * Refuses what cannot be drawn: throws `NOT_FINITE` when a step, a loss or the baseline is NaN or infinite, `DATA` when steps go
 * backwards.
 */
export const checkHistory = (history: readonly LossPoint[], baseline: Baseline | undefined): void => {
  let previous = Number.NEGATIVE_INFINITY;
  for (const [index, { step, train, validation = 0 }] of history.entries()) {
    for (const [name, value] of Object.entries({ step, train, validation })) {
      if (!Number.isFinite(value)) {
        throw new DiffeoError(
          'NOT_FINITE',
          `The training curve needs finite numbers, but '${name}' of record ${index} (step ${step}) is ${value}; leave that record out.`,
        );
      }
    }
    if (step < previous) {
      throw new DiffeoError(
        'DATA',
        `The training curve needs records in order of step, but record ${index} has step ${step} after step ${previous}; sort the history.`,
      );
    }
    previous = step;
  }
  if (baseline !== undefined && !Number.isFinite(baseline.value)) {
    throw new DiffeoError(
      'NOT_FINITE',
      `The training curve needs a finite baseline, but '${baseline.label}' is ${baseline.value}; leave it out.`,
    );
  }
};
