import { logNormalDensity } from '@diffeo/ops';

/** The wide normal, of three deviations, takes in what lies near; the Cauchy distribution, of one, what lies anywhere. */
export const wide = { weight: 0.02, deviation: 3 };
export const cauchyWeight = 1e-3;
/** Kernels end here, in widths. */
export const reach = 8;
const negligible = Math.exp(-0.5 * reach ** 2);
const rootOf2PiInverse = 0.3989422804014327;
/** Numbers on which widths are judged, at most. */
const maxJudged = 400;
/** Widths that are tried, from a multiple of the wider rule of thumb to a part of the narrower one, each √½ of the one before. */
const [leastFactor, maxFactor] = [0.1, 2];
/** How far widths follow the distance to the neighbours: not at all, by its root (Abramson 1982), in proportion. */
const exponents = [0, 0.5, 1];
/** No kernel is narrower than this part of the deviation: float32 must still tell its numbers apart. */
const narrowest = 1e-4;

/** What stands beside the kernels: their density at a number. */
export const tails = (x: number, wideWeight: number): number =>
  (wideWeight / wide.deviation) * Math.exp(logNormalDensity(x / wide.deviation)) +
  cauchyWeight / (Math.PI * (1 + x * x));

/** The distance of each number to the k-th nearest one. */
function neighbourDistances(sorted: Float64Array, k: number): Float64Array {
  let low = 0;
  return sorted.map((x, i) => {
    low = Math.max(low, i - k);
    while (low + k + 1 < sorted.length && low < i && (sorted[low + k + 1] as number) - x < x - (sorted[low] as number))
      low++;
    return Math.max(x - (sorted[low] as number), (sorted[Math.min(low + k, sorted.length - 1)] as number) - x);
  });
}

/** How far off neighbours are: relative to the geometric mean, and that mean beside the standard normal's. */
export function neighbourhoods(sorted: Float64Array): {
  readonly relative: Float64Array;
  readonly besideNormal: number;
} {
  const count = sorted.length;
  const k = Math.min(count - 1, Math.max(3, Math.round(Math.sqrt(count))));
  const logs = neighbourDistances(sorted, k).map((distance) => Math.log(Math.max(distance, narrowest)));
  const mean = logs.reduce((sum, log) => sum + log, 0) / count;
  // k neighbours of a normal lie within k / (2 · count · density), whose mean logarithm is known.
  const ofNormal = Math.log(k / (2 * count)) + 0.5 * Math.log(2 * Math.PI * Math.E);
  return { relative: logs.map((log) => Math.exp(log - mean)), besideNormal: Math.exp(mean - ofNormal) };
}

/**
 * The mean log-density of some of the numbers, each by the kernels of the others, for widths of which each is √½ of the one before: exp(−t²/2) of the
 * narrower kernel is the square of that of the wider one.
 */
function leaveOneOut(sorted: Float64Array, widest: Float64Array, levels: number, judged: Int32Array): Float64Array {
  const kernelWeight = 1 - wide.weight - cauchyWeight;
  const peaks = widest.map((width) => 1 / width);
  // From some level on a kernel is as narrow as may be.
  const narrowing = widest.map((width) => Math.min(levels, Math.max(0, Math.ceil(2 * Math.log2(width / narrowest)))));
  const totals = new Float64Array(levels);
  const densities = new Float64Array(levels);
  for (const at of judged) {
    const x = sorted[at] as number;
    densities.fill(0);
    for (let i = 0; i < sorted.length; i++) {
      if (i === at) continue;
      const away = x - (sorted[i] as number);
      let peak = peaks[i] as number;
      const t = away * peak;
      let share = Math.exp(-0.5 * t * t);
      const own = narrowing[i] as number;
      for (let level = 0; level < own && share > negligible; level++) {
        densities[level] = (densities[level] as number) + share * peak;
        share *= share;
        peak *= Math.SQRT2;
      }
      if (own === levels || Math.abs(away) > reach * narrowest) continue;
      const last = Math.exp(-0.5 * (away / narrowest) ** 2) / narrowest;
      for (let level = own; level < levels; level++) densities[level] = (densities[level] as number) + last;
    }
    const [each, rest] = [(kernelWeight * rootOf2PiInverse) / (sorted.length - 1), tails(x, wide.weight)];
    for (let level = 0; level < levels; level++) {
      totals[level] = (totals[level] as number) + Math.log(each * (densities[level] as number) + rest);
    }
  }
  return totals.map((total) => total / judged.length);
}

/** How wide kernels are: in the geometric mean, and how far they follow the neighbours. */
export interface Widths {
  readonly width: number;
  readonly exponent: number;
}

export const widthsOf = ({ width, exponent }: Widths, relative: Float64Array): Float64Array =>
  relative.map((distance) => Math.max(width * distance ** exponent, narrowest));

/** The widths by which each number of a sample is told best from the others. */
export function chooseWidths(sorted: Float64Array): Widths {
  const count = sorted.length;
  const { relative, besideNormal } = neighbourhoods(sorted);
  const thumb = 0.9 * count ** -0.2;
  const low = leastFactor * thumb * Math.min(1, besideNormal);
  const judges = Math.min(count, maxJudged);
  const judged = Int32Array.from({ length: judges }, (_, i) => Math.floor(((i + 0.5) * count) / judges));
  const levels = 1 + Math.ceil(2 * Math.log2((maxFactor * thumb) / low));
  const widest = low * Math.SQRT2 ** (levels - 1);
  let best: Widths = { width: thumb, exponent: 0 };
  let most = -Infinity;
  for (const exponent of exponents) {
    const own = relative.map((distance) => widest * distance ** exponent);
    for (const [level, value] of leaveOneOut(sorted, own, levels, judged).entries()) {
      if (value > most) [most, best] = [value, { width: widest * Math.SQRT1_2 ** level, exponent }];
    }
  }
  return best;
}
