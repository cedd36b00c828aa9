import { csvLine } from '@diffeo/datasets';
import type { TrialRow } from './trial.ts';

/** A table of trials as CSV, with a column for each hyper-parameter. */
export function trialTable(rows: readonly TrialRow[]): Uint8Array {
  const names = [...new Set(rows.flatMap(({ settings }) => Object.keys(settings)))];
  const cell = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));
  const lines = [
    ['trial', ...names, 'steps', 'bestStep', 'validation', 'error'],
    ...rows.map(({ trial, settings, steps, bestStep, validation, error }) => [
      `${trial}`,
      ...names.map((name) => cell(settings[name])),
      ...[`${steps}`, `${bestStep}`, validation === null ? '' : `${validation}`, error ?? ''],
    ]),
  ];
  return Buffer.from(lines.map((fields) => csvLine(fields)).join(''));
}
