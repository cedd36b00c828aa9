import type { HostRows } from '../mixture/fit-gaussian-mixture.ts';

/** Widths to begin with, the same for all columns, in deviations: one set of kernels for each. */
const firstWidths = [0.5, 0.125, 0.03, 0.008] as const;
/** Sets of kernels. */
const kernelSets = firstWidths.length;
/** Rows that judge, at most, and pairs of rows that are looked at in a round. */
const [mostJudged, mostPairs] = [400, 2 ** 21];
/** No kernel is narrower, in deviations of a column: rows that are the same would make points of them. */
const leastWidth = 3e-4;
const rounds = 25;
/** A round that gains less for a row is the last, nats. */
const enough = 2e-3;
/** A kernel that is less likely than the best one by more than this has no share in a row, nats. */
const farBehind = 14;

/** What rows are likely to come from: `[sets × size]` widths, and the sets' weights. */
export interface KernelSets {
  readonly widths: Float64Array;
  readonly logWeights: Float64Array;
}

/** What the shares of one round add up to. */
interface Sums {
  readonly mass: Float64Array;
  readonly squares: Float64Array;
}

/** Some rows, at equal steps. */
function judgedOf(count: number): readonly number[] {
  const judged = Math.min(count, mostJudged, Math.ceil(mostPairs / count));
  return Array.from({ length: judged }, (_, i) => Math.floor(((i + 0.5) * count) / judged));
}

/** Squared differences of two rows, a column at a time. */
function squaresOf({ values, size }: HostRows, row: number, other: number, squares: Float64Array): void {
  for (let j = 0; j < size; j++) {
    const away = (values[row * size + j] as number) - (values[other * size + j] as number);
    squares[j] = away * away;
  }
}

/** The logarithms of the kernels of all sets at all other rows, weights included, into `logs`, `[rows × sets]`; returns the largest. */
function logKernels(rows: HostRows, row: number, { widths, logWeights }: KernelSets, logs: Float64Array): number {
  const { count, size } = rows;
  const [squares, precisions] = [new Float64Array(size), widths.map((width) => 0.5 / width ** 2)];
  const peaks = logWeights.map((log, set) => {
    let peak = log;
    for (let j = 0; j < size; j++) peak -= Math.log(widths[set * size + j] as number);
    return peak;
  });
  let most = -Infinity;
  logs.fill(-Infinity);
  for (let other = 0; other < count; other++) {
    if (other === row) continue;
    squaresOf(rows, row, other, squares);
    for (let set = 0; set < kernelSets; set++) {
      let log = peaks[set] as number;
      for (let j = 0; j < size && log > most - farBehind; j++) {
        log -= (squares[j] as number) * (precisions[set * size + j] as number);
      }
      if (log > most - farBehind) logs[other * kernelSets + set] = log;
      if (log > most) most = log;
    }
  }
  return most;
}

/** Adds what a row has to say, whose `logs` are known; returns its log-density. */
function addRow(rows: HostRows, row: number, logs: Float64Array, most: number, { mass, squares }: Sums): number {
  const { count, size } = rows;
  let total = 0;
  for (const log of logs) if (log > most - farBehind) total += Math.exp(log - most);
  const own = new Float64Array(size);
  for (let other = 0; other < count; other++) {
    for (let set = 0; set < kernelSets; set++) {
      const log = logs[other * kernelSets + set] as number;
      if (log <= most - farBehind) continue;
      const share = Math.exp(log - most) / total;
      squaresOf(rows, row, other, own);
      mass[set] = (mass[set] as number) + share;
      for (let j = 0; j < size; j++) {
        squares[set * size + j] = (squares[set * size + j] as number) + share * (own[j] as number);
      }
    }
  }
  return most + Math.log(total);
}

/** The sets of greatest likelihood given the shares, as if one more row had said what was thought before. */
function maximise({ mass, squares }: Sums, { widths }: KernelSets, size: number): KernelSets {
  const total = mass.reduce((sum, own) => sum + own, 0);
  return {
    widths: widths.map((width, at) => {
      const variance = ((squares[at] as number) + width ** 2) / ((mass[Math.floor(at / size)] as number) + 1);
      return Math.max(leastWidth, Math.sqrt(variance));
    }),
    logWeights: mass.map((own) => Math.log((own + 0.1) / (total + 0.1 * kernelSets))),
  };
}

/**
 * The widths, `[sets × size]`, of kernels that have one for each column, in several sets, since a row may share some columns with one that was seen and differ in
 * the others: those by which each row is likeliest given the others, by expectation and maximisation over the kernels and the sets that a row
 * may come from, itself left out. Columns should be of deviation 1.
 */
export function fitProductKernels(rows: HostRows): KernelSets {
  const { count, size } = rows;
  let sets: KernelSets = {
    widths: Float64Array.from({ length: kernelSets * size }, (_, at) => firstWidths[Math.floor(at / size)] as number),
    logWeights: new Float64Array(kernelSets).fill(-Math.log(kernelSets)),
  };
  const [judged, logs] = [judgedOf(count), new Float64Array(count * kernelSets)];
  let before = -Infinity;
  for (let round = 0; round < rounds; round++) {
    const sums: Sums = { mass: new Float64Array(kernelSets), squares: new Float64Array(kernelSets * size) };
    let total = 0;
    for (const row of judged) {
      const most = logKernels(rows, row, sets, logs);
      if (most > -Infinity) total += addRow(rows, row, logs, most, sums);
    }
    sets = maximise(sums, sets, size);
    const mean = total / judged.length;
    if (mean - before < enough) break;
    before = mean;
  }
  return sets;
}
