import type { Definition } from '@diffeo/core';
import type { CheckResult, PartKind, PartReport } from '@diffeo/testing';

/** What became of one check of one part, over all places where it ran. */
interface Tally {
  readonly name: string;
  readonly runs: number;
  readonly failures: readonly CheckResult[];
  /** The result that came nearest to its tolerance, or went furthest beyond; `null` where nothing is measured. */
  readonly nearest: CheckResult | null;
}

const strain = ({ measured, tolerance }: CheckResult): number => (tolerance ? (measured ?? 0) / tolerance : 0);

function tally(results: readonly CheckResult[]): readonly Tally[] {
  return [...new Set(results.map(({ name }) => name))].map((name) => {
    const all = results.filter((result) => result.name === name);
    const measured = all.filter(({ tolerance }) => tolerance);
    const nearest = measured.reduce<CheckResult | null>((a, b) => (a && strain(a) >= strain(b) ? a : b), null);
    return { name, runs: all.length, failures: all.filter(({ passed }) => !passed), nearest };
  });
}

/** Whether everything that was checked of a part holds, and it could be checked at all. */
export const partPassed = ({ problem, results }: PartReport): boolean =>
  problem === null && results.every(({ passed }) => passed);

const list = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
const lists = (shapes: readonly (readonly number[])[]): string => shapes.map(list).join(', ');
const brief = (value: number): string => {
  if (value === 0) return '0';
  return value < 0.01 ? value.toExponential(1) : value.toPrecision(2);
};

/** A part's heading and one line for each check. */
export function partText(part: PartReport): string {
  const { type, kind, eventShapes, refused, results, problem } = part;
  if (problem !== null) return `${type} (${kind})\n  FAILED  it cannot be checked\n`;
  const skipped = refused.length > 0 ? `; it takes no ${lists(refused)}` : '';
  const tallies = tally(results);
  const width = Math.max(...tallies.map(({ name }) => name.length), 0);
  const lines = tallies.map(({ name, runs, failures, nearest }) => {
    const times = `${runs - failures.length} of ${runs}`;
    const measured =
      nearest?.measured == null ? '' : `   ${brief(nearest.measured)}, allowed ${brief(nearest.tolerance as number)}`;
    return `  ${failures.length ? 'FAILED' : 'passed'}  ${name.padEnd(width)}  ${times.padStart(9)}${measured}`;
  });
  return `${[`${type} (${kind}) at event shapes ${lists(eventShapes)}${skipped}`, ...lines].join('\n')}\n`;
}

/** What went wrong with a part, a line for each check that failed: the first failure in full, and how many others. */
export function failureLines({ results, problem }: PartReport): readonly string[] {
  if (problem !== null) return [problem];
  return tally(results).flatMap(({ failures: [first, ...others] }) => {
    if (!first) return [];
    return [others.length ? `${first.message} It fails at ${others.length} other places too.` : first.message];
  });
}

/** How many checks passed and failed; a part that cannot be checked counts as one that failed. */
export function counts(parts: readonly PartReport[]): { readonly passed: number; readonly failed: number } {
  const results = parts.flatMap((part) => part.results);
  const passed = results.filter((result) => result.passed).length;
  const impossible = parts.filter(({ problem }) => problem !== null).length;
  return { passed, failed: results.length - passed + impossible };
}

/** What `diffeo check --json` prints. */
export interface CheckReport {
  readonly package: string;
  readonly passed: boolean;
  readonly counts: { readonly passed: number; readonly failed: number };
  readonly parts: readonly {
    readonly type: string;
    readonly kind: PartKind;
    readonly passed: boolean;
    readonly problem: string | null;
    readonly eventShapes: readonly (readonly number[])[];
    readonly refused: readonly (readonly number[])[];
    readonly checks: readonly {
      readonly name: string;
      readonly passed: boolean;
      readonly runs: number;
      /** Of the run that came nearest to its tolerance; `null` where nothing is measured. */
      readonly measured: number | null;
      readonly tolerance: number | null;
      readonly failures: readonly Pick<CheckResult, 'place' | 'measured' | 'tolerance' | 'message'>[];
    }[];
  }[];
  /** What else the package defines: networks and dequantizers, which the kit does not check. */
  readonly notChecked: readonly { readonly type: string; readonly kind: string }[];
}

/** The report as data. */
export const checkReport = (
  name: string,
  parts: readonly PartReport[],
  others: readonly Definition[],
): CheckReport => ({
  package: name,
  passed: parts.every(partPassed),
  counts: counts(parts),
  parts: parts.map((part) => ({
    type: part.type,
    kind: part.kind,
    passed: partPassed(part),
    problem: part.problem,
    eventShapes: part.eventShapes,
    refused: part.refused,
    checks: tally(part.results).map((each) => ({
      name: each.name,
      passed: each.failures.length === 0,
      runs: each.runs,
      measured: each.nearest?.measured ?? null,
      tolerance: each.nearest?.tolerance ?? null,
      failures: each.failures.map(({ place, measured, tolerance, message }) => ({
        place,
        measured,
        tolerance,
        message,
      })),
    })),
  })),
  notChecked: others.map(({ type, kind }) => ({ type, kind })),
});
