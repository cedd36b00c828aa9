import type { HostRows } from '../mixture/fit-gaussian-mixture.ts';

/** Rows that widths are judged by, at most; and distances to them, of which there are as many times the rows: 64 MB. */
const [maxJudged, maxDistances] = [400, 2 ** 23];
/** Widths that are tried first, from the narrowest to the widest, and how far they follow the distance to the neighbours (Abramson 1982). */
const [narrowest, widest, steps] = [0.03, 2, 13];
const exponents = [0, 0.5, 1];
/** A step to wider kernels that loses so much for a row is the last, nats. */
const smoothedAway = 0.05;

/** Some rows, at equal steps. */
const someOf = (count: number, most: number): readonly number[] =>
  Array.from({ length: Math.min(count, most) }, (_, i) => Math.floor(((i + 0.5) * count) / Math.min(count, most)));

/** Squared distances of a row to others, to itself infinite, into `found`. */
function distancesTo({ values, size }: HostRows, row: number, others: readonly number[], found: Float64Array): void {
  for (const [i, other] of others.entries()) {
    let sum = 0;
    for (let j = 0; j < size; j++) {
      const away = (values[row * size + j] as number) - (values[other * size + j] as number);
      sum += away * away;
    }
    found[i] = other === row ? Infinity : sum;
  }
}

/** How far the √n-th neighbour of each row is, relative to the geometric mean, by the neighbours among some rows; ties keep a thousandth. */
function neighbourhoods(rows: HostRows, others: readonly number[]): Float64Array {
  const { count } = rows;
  const k = Math.max(0, Math.round(others.length / Math.sqrt(count)) - 1);
  const found = new Float64Array(others.length);
  const logs = Float64Array.from({ length: count }, (_, row) => {
    distancesTo(rows, row, others, found);
    found.sort();
    return 0.5 * Math.log(Math.min(Math.max(found[k] as number, 1e-12), 1e12));
  });
  const mean = logs.reduce((sum, log) => sum + log, 0) / count;
  return logs.map((log) => Math.max(log - mean, Math.log(1e-3)));
}

/** The mean log-density of the judged rows under the kernels of all others, but for a constant. */
function leaveOneOut(distances: Float64Array, logWidths: Float64Array, size: number): number {
  const count = logWidths.length;
  const precisions = logWidths.map((log) => -0.5 * Math.exp(-2 * log));
  let total = 0;
  for (let begin = 0; begin < distances.length; begin += count) {
    let most = -Infinity;
    for (let k = 0; k < count; k++) {
      const log = (distances[begin + k] as number) * (precisions[k] as number) - size * (logWidths[k] as number);
      if (log > most) most = log;
    }
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const log = (distances[begin + k] as number) * (precisions[k] as number) - size * (logWidths[k] as number) - most;
      if (log > -30) sum += Math.exp(log);
    }
    total += most + Math.log(sum);
  }
  return (total * count) / distances.length;
}

/** The logarithms of the widths of kernels at rows of columns of one unit: those by which each row is likeliest given the others. */
export function kernelWidths(rows: HostRows): Float64Array {
  const { count, size } = rows;
  const judged = someOf(count, Math.min(maxJudged, Math.floor(maxDistances / count)));
  const all = someOf(count, count);
  const distances = new Float64Array(judged.length * count);
  for (const [i, row] of judged.entries()) distancesTo(rows, row, all, distances.subarray(i * count, (i + 1) * count));
  const relative = neighbourhoods(rows, judged);
  let best: Float64Array = new Float64Array(count);
  let most = -Infinity;
  for (const exponent of exponents) {
    let before = -Infinity;
    for (let i = 0; i < steps; i++) {
      const log = Math.log(narrowest) + (i / (steps - 1)) * Math.log(widest / narrowest);
      const logWidths = relative.map((own) => log + exponent * own);
      const value = leaveOneOut(distances, logWidths, size);
      if (value > most) [most, best] = [value, logWidths];
      // Wider ones only smooth away more.
      if (value < before - smoothedAway) break;
      before = value;
    }
  }
  return best;
}
