import { randomSource } from '@diffeo/core';
import { logNormalDensity, normalAbove } from '@diffeo/ops';

/**
 * A smooth estimate of the distribution of sorted numbers: a mixture of normal kernels, with a wide normal and a Cauchy distribution mixed
 * in, so that the density is nowhere nothing. Numbers are in units of `scale` about `centre`.
 */
export interface KernelEstimate {
  readonly centre: number;
  readonly scale: number;
  /** Where the kernels stand, sorted, and how wide they are. */
  readonly centres: Float64Array;
  readonly widths: Float64Array;
  /** The share below a number, that above it, and the density there. */
  at(x: number): { readonly below: number; readonly above: number; readonly density: number };
}

/** Kernels at most. */
const maxKernels = 1000;
/** Numbers on which widths are judged, at most. */
const maxJudged = 400;
/** The wide normal, of three deviations, takes in what lies near; the Cauchy distribution, of one, what lies anywhere. */
const wide = { weight: 0.02, deviation: 3 };
const cauchyWeight = 1e-3;
/** Kernels end here, in widths. */
const reach = 8;
/** Widths that are tried, from a part of the narrower rule of thumb to a multiple of the wider one. */
const [leastFactor, maxFactor, factors] = [0.1, 2, 9];
/** How far widths follow the distance to the neighbours: not at all, by its root (Abramson 1982), in proportion. */
const exponents = [0, 0.5, 1];
/** No kernel is narrower than this part of the deviation: float32 must still tell its numbers apart. */
const narrowest = 1e-4;

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;

const tails = (x: number, wideWeight: number): number =>
  (wideWeight / wide.deviation) * Math.exp(logNormalDensity(x / wide.deviation)) +
  cauchyWeight / (Math.PI * (1 + x * x));

/** At most so many numbers of sorted ones, at equal shares. */
const thinned = (sorted: Float64Array, most: number): Float64Array =>
  sorted.length <= most ? sorted : Float64Array.from({ length: most }, (_, i) => quantile(sorted, (i + 0.5) / most));

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
function neighbourhoods(sorted: Float64Array): { readonly relative: Float64Array; readonly besideNormal: number } {
  const count = sorted.length;
  const k = Math.min(count - 1, Math.max(3, Math.round(Math.sqrt(count))));
  const logs = neighbourDistances(sorted, k).map((distance) => Math.log(Math.max(distance, narrowest)));
  const mean = logs.reduce((sum, log) => sum + log, 0) / count;
  // k neighbours of a normal lie within k / (2 · count · density), whose mean logarithm is known.
  const ofNormal = Math.log(k / (2 * count)) + 0.5 * Math.log(2 * Math.PI * Math.E);
  return { relative: logs.map((log) => Math.exp(log - mean)), besideNormal: Math.exp(mean - ofNormal) };
}

/** The mean log-density of some of the numbers, each by the kernels of the others. */
function leaveOneOut(sorted: Float64Array, widths: Float64Array, judged: Int32Array): number {
  const kernelWeight = 1 - wide.weight - cauchyWeight;
  let total = 0;
  for (const at of judged) {
    const x = sorted[at] as number;
    let density = 0;
    for (let i = 0; i < sorted.length; i++) {
      if (i === at) continue;
      const width = widths[i] as number;
      const t = (x - (sorted[i] as number)) / width;
      if (t < reach && t > -reach) density += Math.exp(-0.5 * t * t) / width;
    }
    density *= 0.3989422804014327 / (sorted.length - 1);
    total += Math.log(kernelWeight * density + tails(x, wide.weight));
  }
  return total / judged.length;
}

/** How wide kernels are: in the geometric mean, and how far they follow the neighbours. */
interface Widths {
  readonly width: number;
  readonly exponent: number;
}

const widthsOf = ({ width, exponent }: Widths, relative: Float64Array): Float64Array =>
  relative.map((distance) => Math.max(width * distance ** exponent, narrowest));

/** The widths by which each number of a sample is told best from the others. */
function chooseWidths(sorted: Float64Array): Widths {
  const count = sorted.length;
  const { relative, besideNormal } = neighbourhoods(sorted);
  const thumb = 0.9 * count ** -0.2;
  const low = leastFactor * thumb * Math.min(1, besideNormal);
  const judges = Math.min(count, maxJudged);
  const judged = Int32Array.from({ length: judges }, (_, i) => Math.floor(((i + 0.5) * count) / judges));
  let best: Widths = { width: thumb, exponent: 0 };
  let most = -Infinity;
  for (const exponent of exponents) {
    for (let i = 0; i < factors; i++) {
      const width = low * ((maxFactor * thumb) / low) ** (i / (factors - 1));
      const value = leaveOneOut(sorted, widthsOf({ width, exponent }, relative), judged);
      if (value > most) [most, best] = [value, { width, exponent }];
    }
  }
  return best;
}

/** Some of the numbers, each as likely as the others. Equal shares would lie too regularly to be judged by one another. */
function drawn(sorted: Float64Array, most: number): Float64Array {
  if (sorted.length <= most) return sorted;
  const source = randomSource(2);
  return Float64Array.from({ length: most }, () => sorted[source.integer(sorted.length)] as number).sort();
}

/** How far each of sorted numbers is from the farther of its two neighbours. */
const gaps = (sorted: Float64Array): Float64Array =>
  sorted.map((x, i) => Math.max(x - (sorted[i - 1] ?? x), (sorted[i + 1] ?? x) - x));

/** The kernels of standardised sorted numbers, which were drawn from `count`. */
function kernels(sorted: Float64Array, count: number): Pick<KernelEstimate, 'centres' | 'widths'> {
  if (sorted.length < 2) return { centres: sorted, widths: sorted.map(() => 1) };
  const sample = drawn(sorted, maxKernels);
  const { width, exponent } = chooseWidths(sample);
  const centres = thinned(sorted, maxKernels);
  // Of more numbers, as the rule of thumb says.
  const narrower = (sample.length / count) ** 0.2;
  const own = widthsOf({ width: width * narrower, exponent }, neighbourhoods(centres).relative);
  if (centres === sorted) return { centres, widths: own };
  // A kernel that stands for many numbers reaches as far as they do.
  const apart = gaps(centres);
  return { centres, widths: own.map((width, i) => Math.max(width, apart[i] as number)) };
}

/** The deviation, or that of what lies near where few numbers far out decide it. */
function spreadOf(sorted: Float64Array, mean: number): number {
  const deviation = Math.sqrt(sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / sorted.length);
  const range = quantile(sorted, 0.95) - quantile(sorted, 0.05);
  return Math.min(deviation, range || deviation) || 1;
}

/** Estimates the distribution of sorted numbers, drawn from `count` in all; the wide normal weighs `wideWeight`. */
export function kernelEstimate(sorted: Float64Array, count = sorted.length, wideWeight = wide.weight): KernelEstimate {
  const mean = sorted.reduce((sum, x) => sum + x, 0) / sorted.length;
  const scale = spreadOf(sorted, mean);
  const centre = Math.abs(mean - quantile(sorted, 0.5)) > scale ? quantile(sorted, 0.5) : mean;
  const { centres, widths } = kernels(
    sorted.map((x) => (x - centre) / scale),
    count,
  );
  return {
    ...{ centre, scale, centres, widths },
    at(x) {
      let [below, above, density] = [0, 0, 0];
      for (let i = 0; i < centres.length; i++) {
        const width = widths[i] as number;
        const t = (x - (centres[i] as number)) / width;
        if (t > reach) below++;
        else if (t < -reach) above++;
        else {
          const share = normalAbove(t);
          above += share;
          below += t < 0 ? normalAbove(-t) : 1 - share;
          density += Math.exp(-0.5 * t * t) / width;
        }
      }
      const each = (1 - wideWeight - cauchyWeight) / centres.length;
      const side = (t: number): number =>
        wideWeight * normalAbove(t / wide.deviation) +
        cauchyWeight * (t > 1 ? Math.atan(1 / t) / Math.PI : 0.5 - Math.atan(t) / Math.PI);
      return {
        below: each * below + side(-x),
        above: each * above + side(x),
        density: each * 0.3989422804014327 * density + tails(x, wideWeight),
      };
    },
  };
}
