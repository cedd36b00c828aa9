import { randomSource } from '@diffeo/core';
import { logNormalDensity, normalAbove } from '@diffeo/ops';
import { expect, it } from 'vitest';
import { kernelEstimate } from './kernel-estimate.ts';
import { cauchyWeight, chooseWidths, neighbourhoods, tails, wide, widthsOf } from './kernel-widths.ts';

const source = randomSource(4);
/** Two groups, one ten times narrower than the other. */
const sorted = Float64Array.from({ length: 300 }, (_, i) =>
  i % 3 === 0 ? 0.1 * source.normal() - 1.5 : source.normal(),
).sort();
const kernelWeight = 1 - wide.weight - cauchyWeight;

it('shares and density are those of the kernels, near and far', () => {
  const { at, centres, widths } = kernelEstimate(sorted);
  const sums = (x: number) => {
    const [above, density] = [normalAbove, (t: number) => Math.exp(logNormalDensity(t))].map((of, part) =>
      centres.reduce((sum, centre, i) => {
        const width = widths[i] as number;
        return sum + of((x - centre) / width) / (part === 0 ? 1 : width) / centres.length;
      }, 0),
    ) as [number, number];
    const far = wide.weight * normalAbove(x / wide.deviation) + cauchyWeight * (0.5 - Math.atan(x) / Math.PI);
    return { above: kernelWeight * above + far, density: kernelWeight * density + tails(x, wide.weight) };
  };
  for (let x = -6; x <= 6; x += 0.137) {
    const [found, direct] = [at(x), sums(x)];
    expect(Math.abs(found.above / direct.above - 1), `above ${x}`).toBeLessThan(1e-5);
    expect(Math.abs(found.density / direct.density - 1), `density at ${x}`).toBeLessThan(1e-5);
    expect(Math.abs(found.below + found.above - 1)).toBeLessThan(1e-6);
  }
});

it('widths are those by which each number is likeliest given the others', () => {
  const { relative } = neighbourhoods(sorted);
  const direct = (widths: Float64Array): number =>
    sorted.reduce((total, x, at) => {
      const density = sorted.reduce((sum, centre, i) => {
        const width = widths[i] as number;
        return i === at ? sum : sum + Math.exp(logNormalDensity((x - centre) / width)) / width;
      }, 0);
      return total + Math.log((kernelWeight * density) / (sorted.length - 1) + tails(x, wide.weight));
    }, 0) / sorted.length;
  const { width, exponent } = chooseWidths(sorted);
  const best = direct(widthsOf({ width, exponent }, relative));
  // None of those beside it, nor of the other ways to follow the neighbours, is better.
  for (const other of [0, 0.5, 1]) {
    for (const factor of [0.25, 0.5, Math.SQRT1_2, 1, Math.SQRT2, 2, 4]) {
      const value = direct(widthsOf({ width: width * factor, exponent: other }, relative));
      expect(value, `${factor} ${other}`).toBeLessThanOrEqual(best + 1e-9);
    }
  }
});
