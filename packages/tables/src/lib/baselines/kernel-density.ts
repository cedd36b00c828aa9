import { type Seed, shuffled } from '@diffeo/core';
import type { TableRows } from '../table-rows.ts';

/** More rows than these are drawn from, as centres and to choose the width by. */
const [maxCentres, maxJudges] = [5000, 1000];
/** Widths that are tried, in those of the rule of thumb. */
const factors = [0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.7, 0.85, 1, 1.25, 1.6, 2];
const logRoot2Pi = 0.5 * Math.log(2 * Math.PI);

function squaredDistance(a: TableRows, i: number, b: TableRows, j: number): number {
  let sum = 0;
  for (let k = 0; k < a.size; k++) {
    const away = (a.values[i * a.size + k] as number) - (b.values[j * b.size + k] as number);
    sum += away * away;
  }
  return sum;
}

/** The log-density of one point for each width, its squared distances to the centres given. */
function logDensities(squares: Float64Array, used: number, widths: readonly number[], size: number): number[] {
  let nearest = Number.POSITIVE_INFINITY;
  for (let j = 0; j < used; j++) nearest = Math.min(nearest, squares[j] as number);
  return widths.map((width) => {
    const scale = -0.5 / (width * width);
    let sum = 0;
    for (let j = 0; j < used; j++) sum += Math.exp(scale * ((squares[j] as number) - nearest));
    return scale * nearest + Math.log(sum) - Math.log(used) - size * (Math.log(width) + logRoot2Pi);
  });
}

/**
 * A kernel density of whitened rows: normal kernels of one width, which leaves rows out one by one to be chosen (Duin 1976). Gives the
 * log-densities of other rows and the width, in those of the rule of thumb (Silverman 1986).
 */
export function kernelDensity(
  rows: TableRows,
  others: TableRows,
  seed: Seed,
): { readonly scores: Float64Array; readonly factor: number } {
  const { size } = rows;
  const order = shuffled(rows.count, seed);
  const centres = order.subarray(0, maxCentres);
  const rule = centres.length ** (-1 / (size + 4));
  const widths = factors.map((factor) => factor * rule);
  const squares = new Float64Array(centres.length);
  const totals = new Float64Array(widths.length);
  for (const judge of centres.subarray(0, maxJudges)) {
    let used = 0;
    for (const centre of centres) if (centre !== judge) squares[used++] = squaredDistance(rows, judge, rows, centre);
    for (const [k, log] of logDensities(squares, used, widths, size).entries()) totals[k] = (totals[k] as number) + log;
  }
  const best = totals.reduce((at, total, k) => (total > (totals[at] as number) ? k : at), 0);
  const scores = Float64Array.from({ length: others.count }, (_, i) => {
    for (const [j, centre] of centres.entries()) squares[j] = squaredDistance(others, i, rows, centre);
    return logDensities(squares, centres.length, [widths[best] as number], size)[0] as number;
  });
  return { scores, factor: factors[best] as number };
}
