import { randomSource } from '@diffeo/core';
import { logNormalDensity, normalAbove } from '@diffeo/ops';
import { cauchyWeight, chooseWidths, neighbourhoods, reach, tails, wide, widthsOf } from './kernel-widths.ts';

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

/** The standard normal at places from 0 to where kernels end: its density, and the share above. */
const placesPerUnit = 64;
const places = /* @__PURE__ */ Float64Array.from({ length: reach * placesPerUnit + 1 }, (_, i) => i / placesPerUnit);
const densities = /* @__PURE__ */ places.map((t) => Math.exp(logNormalDensity(t)));
const shares = /* @__PURE__ */ places.map(normalAbove);

/** Kernels at most. */
const maxKernels = 1000;

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;

/** At most so many numbers of sorted ones, at equal shares. */
const thinned = (sorted: Float64Array, most: number): Float64Array =>
  sorted.length <= most ? sorted : Float64Array.from({ length: most }, (_, i) => quantile(sorted, (i + 0.5) / most));

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
          // By Taylor's series about the nearest place of the table, to 1e-6 of either.
          const size = Math.abs(t);
          const place = (size * placesPerUnit + 0.5) | 0;
          const from = place / placesPerUnit;
          const d = size - from;
          const [second, third] = [(from * from - 1) * d * d, (from * from - 3) * from * d * d * d];
          const peak = densities[place] as number;
          const share = (shares[place] as number) - peak * d * (1 - (from * d) / 2 + second / 6 - third / 24);
          above += t < 0 ? 1 - share : share;
          below += t < 0 ? share : 1 - share;
          density += (peak * (1 - from * d + second / 2 - third / 6)) / width;
        }
      }
      const each = (1 - wideWeight - cauchyWeight) / centres.length;
      const side = (t: number): number =>
        wideWeight * normalAbove(t / wide.deviation) +
        cauchyWeight * (t > 1 ? Math.atan(1 / t) / Math.PI : 0.5 - Math.atan(t) / Math.PI);
      return {
        below: each * below + side(-x),
        above: each * above + side(x),
        density: each * density + tails(x, wideWeight),
      };
    },
  };
}
