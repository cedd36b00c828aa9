import { DiffeoError, fold, randomSource } from '@diffeo/core';
import type { JobRequest } from '../jobs/job.ts';
import type { Json } from '../jobs/json.ts';

/** What one hyper-parameter may be: one of some, or a number between two, on a logarithmic scale or not. */
export type Range =
  | { readonly choices: readonly Json[] }
  | { readonly from: number; readonly to: number; readonly log?: boolean; readonly whole?: boolean };

function draw(range: Range, unit: number): Json {
  if ('choices' in range) return range.choices[Math.floor(unit * range.choices.length)] as Json;
  const { from, to, log = false, whole = false } = range;
  const [low, high] = log ? [Math.log(from), Math.log(to)] : [from, to];
  // Whole numbers have equal shares of the scale, those at both ends too.
  if (whole && !log) return from + Math.min(to - from, Math.floor(unit * (to - from + 1)));
  const value = low + unit * (high - low);
  const number = log ? Math.exp(value) : value;
  return whole ? Math.round(number) : Number(number.toPrecision(6));
}

function requireRange(name: string, range: Range): void {
  const refuse = (problem: string): never => {
    throw new DiffeoError('CONFIG', `the hyper-parameter '${name}' ${problem}`);
  };
  if ('choices' in range) {
    if (!Array.isArray(range.choices) || range.choices.length === 0) refuse('has no choices');
    return;
  }
  const { from, to, log } = range;
  if (!(Number.isFinite(from) && Number.isFinite(to) && from <= to))
    refuse(`goes from ${from} to ${to}, which is no range`);
  if (log && from <= 0) refuse('has a logarithmic scale, and does not begin above 0');
}

/**
 * Settings drawn at random, each hyper-parameter by itself (Bergstra and Bengio 2012, "Random search for hyper-parameter
 * optimization"). The same seed draws the same, and fewer are the beginning of more.
 *
 * @throws DiffeoError `CONFIG` for a range that is none.
 */
export function randomSettings(
  space: Readonly<Record<string, Range>>,
  { count, seed }: { readonly count: number; readonly seed: number },
): JobRequest[] {
  for (const [name, range] of Object.entries(space)) requireRange(name, range);
  return Array.from({ length: count }, (_, trial) =>
    Object.fromEntries(
      Object.entries(space).map(([name, range]) => [
        name,
        draw(range, randomSource(fold(fold(seed, trial), name)).uniform()),
      ]),
    ),
  );
}
