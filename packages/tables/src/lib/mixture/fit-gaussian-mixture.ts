import { randomSource, type Seed } from '@diffeo/core';
import { lowerInverse } from '@diffeo/ops';
import { covarianceFactor } from './covariance-factor.ts';

/** Rows on the host, row after row. */
export interface HostRows {
  readonly values: ArrayLike<number>;
  readonly count: number;
  readonly size: number;
}

/** A mixture of Gaussians of full covariance, in float64. */
export interface GaussianComponents {
  /** `[components × size]` */
  readonly means: Float64Array;
  /** `[components × size × size]`, lower triangular: W with W·Σ·Wᵀ = I. */
  readonly whitening: Float64Array;
  readonly logWeights: Float64Array;
}

/** Counts multiplications, and what takes as long as so many: they are the same on every machine and under every load, as seconds are not. */
export interface WorkMeter {
  work: number;
}

/** What a row beside a Gaussian takes however few columns there are: an exponential, and steps of loops. */
export const pairWork = 70;

/** How to fit. */
export interface MixtureOptions {
  readonly components: number;
  readonly seed: Seed;
  /** Rounds at most. Default 60. */
  readonly rounds?: number;
  /** How many rows' worth of the mean covariance each one is drawn towards it by. Default as many as there are columns. */
  readonly prior?: number;
  /** Goes on from here. */
  readonly from?: GaussianComponents;
  /** Is told how much work it was. */
  readonly meter?: WorkMeter | undefined;
}

/** A round that gains less than so much for a row is the last, nats. */
const enough = 1e-3;
/** Added to each variance, in units of the whole: no Gaussian is a point. */
const ridge = 1e-6;
/** A part of a sum that is smaller by so much is left out, nats. */
const negligible = 40;
const logRoot2Pi = 0.5 * Math.log(2 * Math.PI);

/** The squared distance of a row to a centre. */
function squaredDistance({ values, size }: HostRows, row: number, centres: Float64Array, k: number): number {
  let sum = 0;
  for (let j = 0; j < size; j++) {
    const away = (values[row * size + j] as number) - (centres[k * size + j] as number);
    sum += away * away;
  }
  return sum;
}

/** Rows far from one another, each drawn by its squared distance to those before (k-means++, Arthur & Vassilvitskii 2007), then means of what is nearest. */
export function initialShares(rows: HostRows, count: number, seed: Seed): Int32Array {
  const source = randomSource(seed);
  const { values, size } = rows;
  const centres = new Float64Array(count * size);
  const nearest = new Int32Array(rows.count);
  const distances = new Float64Array(rows.count).fill(Number.POSITIVE_INFINITY);
  for (let k = 0; k < count; k++) {
    let chosen = source.integer(rows.count);
    if (k > 0) {
      let rest = source.uniform() * distances.reduce((sum, distance) => sum + distance, 0);
      for (chosen = 0; chosen < rows.count - 1; chosen++) {
        rest -= distances[chosen] as number;
        if (rest <= 0) break;
      }
    }
    for (let j = 0; j < size; j++) centres[k * size + j] = values[chosen * size + j] as number;
    for (let row = 0; row < rows.count; row++) {
      const distance = squaredDistance(rows, row, centres, k);
      if (distance < (distances[row] as number)) [distances[row], nearest[row]] = [distance, k];
    }
  }
  for (let round = 0; round < 8; round++) {
    const [sums, counts] = [new Float64Array(count * size), new Float64Array(count)];
    for (let row = 0; row < rows.count; row++) {
      const k = nearest[row] as number;
      counts[k] = (counts[k] as number) + 1;
      for (let j = 0; j < size; j++)
        sums[k * size + j] = (sums[k * size + j] as number) + (values[row * size + j] as number);
    }
    for (let k = 0; k < count; k++) {
      if (counts[k] === 0) continue;
      for (let j = 0; j < size; j++) centres[k * size + j] = (sums[k * size + j] as number) / (counts[k] as number);
    }
    for (let row = 0; row < rows.count; row++) {
      let least = Number.POSITIVE_INFINITY;
      for (let k = 0; k < count; k++) {
        const distance = squaredDistance(rows, row, centres, k);
        if (distance < least) [least, nearest[row]] = [distance, k];
      }
    }
  }
  return nearest;
}

/** The log-densities of a row under each Gaussian, weights included, into `logs`; returns their log-sum. `scratch` has the row's size. */
function logDensity(
  { values, size }: HostRows,
  row: number,
  { means, whitening, logWeights }: GaussianComponents,
  logScales: Float64Array,
  logs: Float64Array,
  scratch: Float64Array,
  meter?: WorkMeter,
): number {
  let most = -Infinity;
  let work = 0;
  for (let k = 0; k < logWeights.length; k++) {
    const peak = (logWeights[k] as number) + (logScales[k] as number) - size * logRoot2Pi;
    // Beyond this distance the Gaussian adds nothing to what was found already.
    const farthest = 2 * (peak - most + negligible);
    let distance = 0;
    for (let j = 0; j < size; j++) scratch[j] = (values[row * size + j] as number) - (means[k * size + j] as number);
    for (let i = 0, at = k * size * size; i < size && distance <= farthest; i++, at += size) {
      let sum = 0;
      for (let j = 0; j <= i; j++) sum += (whitening[at + j] as number) * (scratch[j] as number);
      distance += sum * sum;
      work += i + 1;
    }
    const log = distance <= farthest ? peak - 0.5 * distance : -Infinity;
    logs[k] = log;
    if (log > most) most = log;
  }
  if (meter) meter.work += work + (size + pairWork) * logWeights.length;
  if (most === -Infinity) return most;
  let total = 0;
  for (let k = 0; k < logs.length; k++) total += Math.exp((logs[k] as number) - most);
  return most + Math.log(total);
}

/** log |W| of each Gaussian. */
function logScalesOf({ whitening, logWeights }: GaussianComponents, size: number): Float64Array {
  return logWeights.map((_, k) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += Math.log(whitening[k * size * size + i * size + i] as number);
    return sum;
  });
}

/** What the rows that each Gaussian has a share in add up to. */
interface Sums {
  readonly mass: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

const emptySums = (count: number, size: number): Sums => ({
  mass: new Float64Array(count),
  first: new Float64Array(count * size),
  second: new Float64Array(count * size * size),
});

function addRow(
  { mass, first, second }: Sums,
  { values, size }: HostRows,
  row: number,
  k: number,
  share: number,
): void {
  mass[k] = (mass[k] as number) + share;
  const begin = row * size;
  for (let i = 0; i < size; i++) {
    const weighted = share * (values[begin + i] as number);
    first[k * size + i] = (first[k * size + i] as number) + weighted;
    const at = k * size * size + i * size;
    for (let j = 0; j <= i; j++) second[at + j] = (second[at + j] as number) + weighted * (values[begin + j] as number);
  }
}

/**
 * The Gaussians of greatest likelihood given the shares, each covariance drawn towards the mean of them by as much as `drawn` rows would: few
 * rows in many columns have no covariance of their own.
 */
function maximise({ mass, first, second }: Sums, size: number, rows: number, drawn: number): GaussianComponents {
  const count = mass.length;
  const means = first.map((sum, at) => sum / Math.max(mass[Math.floor(at / size)] as number, 1e-12));
  const scatter = second.slice();
  const pooled = new Float64Array(size * size);
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const at = k * size * size + i * size + j;
        const mean = (means[k * size + i] as number) * (means[k * size + j] as number);
        scatter[at] = (scatter[at] as number) - (mass[k] as number) * mean;
        pooled[i * size + j] = (pooled[i * size + j] as number) + (scatter[at] as number) / rows;
      }
    }
  }
  const prior = count === 1 ? 0 : drawn;
  const whitening = new Float64Array(count * size * size);
  for (let k = 0; k < count; k++) {
    const covariance = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const own = scatter[k * size * size + i * size + j] as number;
        const all = pooled[i * size + j] as number;
        covariance[i * size + j] = (own + prior * all) / ((mass[k] as number) + prior + 1e-12) + (i === j ? ridge : 0);
      }
    }
    whitening.set(lowerInverse(covarianceFactor(covariance, size), size), k * size * size);
  }
  const logWeights = mass.map((own) => Math.log((own + 1e-3) / (rows + 1e-3 * count)));
  return { means, whitening, logWeights };
}

/**
 * Fits a mixture of Gaussians with full covariances by expectation and maximisation (Dempster et al. 1977), from k-means. Columns should be of
 * one unit, as what `whiten()` returns.
 */
export function fitGaussianMixture(
  rows: HostRows,
  { components, seed, rounds = 60, prior = rows.size, from, meter }: MixtureOptions,
): GaussianComponents {
  const { size } = rows;
  let found = from;
  if (!found) {
    const sums = emptySums(components, size);
    for (const [row, k] of initialShares(rows, components, seed).entries()) addRow(sums, rows, row, k, 1);
    found = maximise(sums, size, rows.count, prior);
    if (meter) meter.work += rows.count * (9 * components * (size + 2) + (size * size) / 2);
  }
  if (components === 1) return found;
  const [logs, scratch] = [new Float64Array(components), new Float64Array(size)];
  let before = -Infinity;
  for (let round = 0; round < rounds; round++) {
    const sums = emptySums(components, size);
    const logScales = logScalesOf(found, size);
    let total = 0;
    for (let row = 0; row < rows.count; row++) {
      const log = logDensity(rows, row, found, logScales, logs, scratch, meter);
      total += log;
      for (let k = 0; k < components; k++) {
        const share = Math.exp((logs[k] as number) - log);
        if (share <= 1e-6) continue;
        addRow(sums, rows, row, k, share);
        if (meter) meter.work += (size * (size + 3)) / 2;
      }
    }
    found = maximise(sums, size, rows.count, prior);
    if (total / rows.count - before < enough) break;
    before = total / rows.count;
  }
  return found;
}

/** The mean log-density of rows under a mixture, nats. */
export function meanLogDensity(rows: HostRows, found: GaussianComponents): number {
  const { size } = rows;
  const logScales = logScalesOf(found, size);
  const [logs, scratch] = [new Float64Array(found.logWeights.length), new Float64Array(size)];
  let total = 0;
  for (let row = 0; row < rows.count; row++) total += logDensity(rows, row, found, logScales, logs, scratch);
  return total / rows.count;
}

/** The mean of mixtures: all their Gaussians, each with its part of its weight. */
export function averageMixture(found: readonly GaussianComponents[]): GaussianComponents {
  const joined = (part: (own: GaussianComponents) => Float64Array): Float64Array =>
    Float64Array.from(found.flatMap((own) => [...part(own)]));
  return {
    means: joined(({ means }) => means),
    whitening: joined(({ whitening }) => whitening),
    logWeights: joined(({ logWeights }) => logWeights).map((log) => log - Math.log(found.length)),
  };
}
