import { describeInput, type Points } from '../trial/points.ts';

/** What a check found. */
export interface Outcome {
  readonly passed: boolean;
  /** The most that `measured` may be; `null` where there is nothing to measure. */
  readonly tolerance: number | null;
  readonly measured: number | null;
  /** On failure: what was expected, what came, and at which row. */
  readonly message: string;
}

/** A number as messages show it. */
export const show = (value: number): string => (Number.isSafeInteger(value) ? `${value}` : value.toPrecision(4));

export const passed = (message = 'holds'): Outcome => ({ passed: true, tolerance: null, measured: null, message });
export const failed = (message: string): Outcome => ({ passed: false, tolerance: null, measured: null, message });

/** Compares one measured number with the most it may be. NaN fails. The message goes before the number: `… is off by`. */
export const atMost = (measured: number, tolerance: number, message: string): Outcome => ({
  passed: measured <= tolerance,
  tolerance,
  measured,
  message: `${message} ${show(measured)}, where ${show(tolerance)} is allowed`,
});

/** |a − b| relative to 1 + |b|; 0 for two equal numbers, infinities included; infinite when only one is NaN. */
function deviation(actual: number, expected: number): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  const off = Math.abs(actual - expected) / (1 + Math.abs(expected));
  return Number.isNaN(off) ? Infinity : off;
}

/** What two lists of numbers are and how far apart they may be. */
export interface Comparison {
  /** `inverse(forward(z))`, for messages. */
  readonly what: string;
  readonly actual: ArrayLike<number>;
  readonly expected: ArrayLike<number>;
  /** Relative to 1 + |expected|. 0: bit for bit. */
  readonly tolerance: number;
  /** The rows that the numbers fall into, so that the message can name the row and the input that it comes from. */
  readonly points?: Points;
  /** How many rows, where there are no points to name. Default 1. */
  readonly rows?: number;
}

/** Compares two lists of numbers, entry by entry; the worst one is reported with its row. */
export function close({ what, actual, expected, tolerance, points, rows = points?.rows ?? 1 }: Comparison): Outcome {
  if (actual.length !== expected.length) {
    return failed(`${what}: expected ${expected.length} numbers and got ${actual.length}`);
  }
  let worst = 0;
  let at = 0;
  for (let i = 0; i < actual.length; i++) {
    const off = deviation(actual[i] as number, expected[i] as number);
    if (off > worst) [worst, at] = [off, i];
  }
  const width = Math.max(1, actual.length / Math.max(1, rows));
  const row = Math.floor(at / width);
  const place = `row ${row}, entry ${at % width}${points?.rows ? `, ${describeInput(points, row)}` : ''}`;
  const numbers = actual.length
    ? `expected ${show(expected[at] as number)} and got ${show(actual[at] as number)} in ${place}, off by ${show(worst)}`
    : 'no numbers to compare';
  return {
    passed: worst <= tolerance,
    tolerance,
    measured: worst,
    message: `${what}: ${numbers}, where ${show(tolerance)} is allowed (relative to 1 + |expected|)`,
  };
}

/** Looks for a number that is none. `describe` says where entry `index` stands. */
export function finite(what: string, values: ArrayLike<number>, describe: (index: number) => string): Outcome {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) return failed(`${what}: expected a finite number and got ${value} ${describe(i)}`);
  }
  return passed(`${what}: finite`);
}

const strain = ({ measured, tolerance }: Outcome): number => {
  if (measured === null || tolerance === null) return -1;
  return tolerance > 0 ? measured / tolerance : measured;
};

/** The first failure, or else the outcome that came nearest to one. */
export function worst(outcomes: readonly Outcome[]): Outcome {
  const failure = outcomes.find((outcome) => !outcome.passed);
  if (failure) return failure;
  return outcomes.reduce((a, b) => (strain(b) > strain(a) ? b : a), passed());
}
