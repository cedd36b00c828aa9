import type { HostRows } from '../mixture/fit-gaussian-mixture.ts';

/** Rows that widths are judged by, at most; and distances to them, of which there are as many times the rows: 64 MB. */
const [maxJudged, maxDistances] = [400, 2 ** 23];
/** Widths that are tried, from the widest on, each √½ of the one before, and how far they follow the distance to the neighbours (Abramson 1982). */
const [widest, steps] = [2, 13];
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

/** A kernel weighs no more than so much beside another, nats: sums of such weights are finite in float64. */
const mostLog = 600;
/** A share of a row's density that is smaller is left out. */
const negligible = 1e-13;

/**
 * The mean log-density of the judged rows under the kernels of all others, but for a constant, for widths of which each is √½ of the one before: exp(−d²/2h²) of the narrower
 * kernel, beside that of the nearest one, is the square of that of the wider one. `logRatios` say how wide each kernel is beside the others.
 */
function leaveOneOut(distances: Float64Array, logRatios: Float64Array, size: number): Float64Array {
  const count = logRatios.length;
  const precisions = logRatios.map((log) => -0.5 * Math.exp(-2 * (Math.log(widest) + log)));
  const logWeights = logRatios.map((log) => -size * log);
  const [least, most] = logWeights.reduce(([low, high], log) => [Math.min(low, log), Math.max(high, log)], [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as [number, number]);
  // Where some weigh more beside others than float64 can say, each weight is found beside that of the nearest.
  const isWithin = most - least <= mostLog;
  const weights = isWithin ? logWeights.map((log) => Math.exp(log - (least + most) / 2)) : logWeights;
  const beside = isWithin
    ? (k: number, nearest: number): number => (weights[k] as number) / (weights[nearest] as number)
    : (k: number, nearest: number): number =>
        Math.exp(Math.min(mostLog, (weights[k] as number) - (weights[nearest] as number)));
  const totals = new Float64Array(steps);
  const sums = new Float64Array(steps);
  for (let begin = 0; begin < distances.length; begin += count) {
    let [top, nearest] = [Number.NEGATIVE_INFINITY, 0];
    for (let k = 0; k < count; k++) {
      const log = (distances[begin + k] as number) * (precisions[k] as number);
      if (log > top) [top, nearest] = [log, k];
    }
    sums.fill(0);
    for (let k = 0; k < count; k++) {
      let share = Math.exp((distances[begin + k] as number) * (precisions[k] as number) - top);
      const weight = beside(k, nearest);
      for (let level = 0; level < steps && share * weight > negligible; level++) {
        sums[level] = (sums[level] as number) + share * weight;
        share *= share;
      }
    }
    for (let level = 0; level < steps; level++) {
      const log = top * 2 ** level + (logWeights[nearest] as number) + Math.log(sums[level] as number);
      totals[level] = (totals[level] as number) + log + (level / 2) * size * Math.LN2;
    }
  }
  return totals.map((total) => (total * count) / distances.length);
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
  let most = Number.NEGATIVE_INFINITY;
  for (const exponent of exponents) {
    const logRatios = relative.map((own) => exponent * own);
    const values = leaveOneOut(distances, logRatios, size);
    let before = Number.NEGATIVE_INFINITY;
    for (let level = steps - 1; level >= 0; level--) {
      const value = values[level] as number;
      if (value > most) [most, best] = [value, logRatios.map((log) => log + Math.log(widest) - (level / 2) * Math.LN2)];
      // Wider ones only smooth away more.
      if (value < before - smoothedAway) break;
      before = value;
    }
  }
  return best;
}
