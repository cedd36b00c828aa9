import { sizeOf } from '@diffeo/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { concentricRings, rings } from './concentric-rings.ts';
import { eightGaussians } from './eight-gaussians.ts';
import { pinwheel } from './pinwheel.ts';
import { toyDensities } from './toy-densities.ts';
import type { ToyDensity } from './toy-density.ts';
import { twoMoons } from './two-moons.ts';

const cases: readonly (readonly [string, ToyDensity])[] = [
  ...Object.entries(toyDensities).map(([name, make]) => [name, make()] as const),
  ['two-moons, noise 0.05', twoMoons({ noise: 0.05 })],
  ['two-moons, noise 0.2', twoMoons({ noise: 0.2 })],
  ['eight-gaussians, radius 2', eightGaussians({ radius: 2, scale: 0.2 })],
];

/** The middles of the cells of a grid over [−side, side]², and the density's logarithm there. */
function onGrid(density: ToyDensity, side: number, cells: number) {
  const step = (2 * side) / cells;
  const middle = (i: number): number => -side + (i + 0.5) * step;
  const points = new Float64Array(2 * cells * cells);
  for (let i = 0; i < cells * cells; i++) {
    points[2 * i] = middle(i % cells);
    points[2 * i + 1] = middle(Math.floor(i / cells));
  }
  return { logProb: density.logProb(points), area: step * step };
}

const sum = (numbers: Iterable<number>): number => {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
};

describe.each(cases)('%s', (_, density) => {
  // The step 0.04 divides the squares of the checkerboard and resolves the narrowest noise.
  const side = 6;
  const fine = 300;
  let logProb: Float64Array;
  let mass: Float64Array;
  beforeAll(() => {
    const grid = onGrid(density, side, fine);
    logProb = grid.logProb;
    mass = logProb.map((value) => Math.exp(value) * grid.area);
  });

  test('integrates to 1', () => {
    expect(sum(mass)).toBeCloseTo(1, 6);
  });

  test('has the entropy of a quadrature over the plane', () => {
    const entropy = -sum(mass.map((p, i) => (p > 0 ? p * (logProb[i] as number) : 0)));
    expect(density.entropy).toBeCloseTo(entropy, 5);
  });

  test('has the entropy of a Monte Carlo estimate, within four standard errors', () => {
    const count = 10_000;
    const information = density.logProb(density.sample(count, 7)).map((value) => -value);
    const mean = sum(information) / count;
    const variance = sum(information.map((value) => (value - mean) ** 2)) / (count - 1);
    expect(Math.abs(mean - density.entropy)).toBeLessThanOrEqual(4 * Math.sqrt(variance / count) + 1e-9);
  });

  test('draws samples as often as its density says, cell by cell (chi-square)', () => {
    const count = 40_000;
    const cells = 60;
    const cell = (at: number): number => Math.floor(((at + side) * cells) / (2 * side));
    const expected = new Float64Array(cells * cells);
    for (const [i, p] of mass.entries()) {
      const at = Math.floor((i % fine) / 5) + cells * Math.floor(Math.floor(i / fine) / 5);
      expected[at] = (expected[at] as number) + p * count;
    }
    const observed = new Float64Array(cells * cells);
    const { values } = density.sample(count, 11);
    for (let i = 0; i < count; i++) {
      const at = cell(values[2 * i] as number) + cells * cell(values[2 * i + 1] as number);
      observed[at] = (observed[at] as number) + 1;
    }
    let [statistic, degrees, restExpected, restObserved] = [0, 0, 0, 0];
    for (const [i, e] of expected.entries()) {
      if (e >= 5) {
        statistic += ((observed[i] as number) - e) ** 2 / e;
        degrees++;
      } else {
        restExpected += e;
        restObserved += observed[i] as number;
      }
    }
    if (restExpected >= 5) statistic += (restObserved - restExpected) ** 2 / restExpected;
    expect(degrees).toBeGreaterThan(20);
    // Four standard deviations of the chi-square distribution above its mean.
    expect(statistic).toBeLessThan(degrees + 4 * Math.sqrt(2 * degrees));
    expect(statistic).toBeGreaterThan(degrees - 5 * Math.sqrt(2 * degrees));
  });

  test('gives every one of its samples a density', () => {
    expect(density.logProb(density.sample(5_000, 3)).every(Number.isFinite)).toBe(true);
  });

  test('draws the same samples for the same seed, and fewer are the first of more', () => {
    const rows = density.sample(100, 5);
    expect(rows.values).toEqual(density.sample(100, 5).values);
    expect(density.sample(10, 5).values).toEqual(rows.values.slice(0, 20));
    expect(rows.values).not.toEqual(density.sample(100, 6).values);
    expect(rows.values).toHaveLength(100 * sizeOf(density.eventShape));
  });

  test('is never NaN, however far the point', () => {
    const far = [1e3, 0, 0, -1e6, 1e30, 1e30, 1e200, -1e200, 0, 0];
    for (const value of density.logProb(far)) expect(value).toBeLessThan(5);
    expect(density.logProb([Number.NaN, 0])[0]).toBeNaN();
  });
});

test('the entropies are the known ones', () => {
  const entropies = Object.fromEntries(cases.map(([name, { entropy }]) => [name, entropy.toFixed(4)]));
  expect(entropies).toMatchObject({
    'standard-normal': '2.8379', // log 2πe
    checkerboard: '3.4657', // log 32
    'eight-gaussians': '2.8319',
    'eight-gaussians, radius 2': '1.6981',
    'two-moons': '1.0076',
    'two-moons, noise 0.05': '0.2892',
    'two-moons, noise 0.2': '1.6775',
    rings: '0.6751',
  });
});

test('rings agree with the closed form: a Bessel function of each distance from the origin', () => {
  const [radii, noise] = [[1, 0.4], 0.06];
  const scaledBessel = (k: number): number => {
    let total = 0;
    for (let i = 0; i < 4000; i++) total += Math.exp(k * (Math.cos((2 * Math.PI * i) / 4000) - 1));
    return total / 4000;
  };
  for (const r of [0, 0.1, 0.4, 0.7, 1, 1.3, 2]) {
    const density = radii.map(
      (radius) =>
        (Math.exp(-((r - radius) ** 2) / (2 * noise ** 2)) * scaledBessel((r * radius) / noise ** 2)) /
        (2 * Math.PI * noise ** 2 * radii.length),
    );
    const logProb = rings({ radii, noise }).logProb([r * Math.cos(2), r * Math.sin(2)])[0] as number;
    expect(logProb).toBeCloseTo(Math.log(sum(density)), 10);
  }
});

test('two moons agree with Simpson’s rule on 20,000 points, near the curve and 100 noise widths away', () => {
  const noise = 0.1;
  const steps = 20_000;
  const arcs = [(t: number) => [Math.cos(t), Math.sin(t)], (t: number) => [1 - Math.cos(t), 0.5 - Math.sin(t)]];
  const reference = (x: number, y: number): number => {
    const exponents = arcs.map((arc) =>
      Float64Array.from({ length: steps + 1 }, (_, i) => {
        const [cx, cy] = arc((Math.PI * i) / steps) as [number, number];
        return -((x - cx) ** 2 + (y - cy) ** 2) / (2 * noise ** 2);
      }),
    );
    const largest = Math.max(...exponents.map((arc) => arc.reduce((a, b) => Math.max(a, b))));
    let total = 0;
    for (const arc of exponents) {
      for (const [i, exponent] of arc.entries()) {
        total += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp(exponent - largest);
      }
    }
    return largest + Math.log(total / (3 * steps)) - Math.log(2 * 2 * Math.PI * noise ** 2);
  };
  const points = [0, 1, 0.3, 0.2, 1, -0.5, 0, 0.52, -1, 0, -1, -0.4, 2.2, 0.9, 0.5, 0.25, 4, -3, -10, 2, -1, -10, 2, 9];
  const logProb = twoMoons({ noise }).logProb(points);
  for (const [i, value] of logProb.entries()) {
    expect(value).toBeCloseTo(reference(points[2 * i] as number, points[2 * i + 1] as number), 8);
  }
});

test('options and points are checked', () => {
  expect(() => twoMoons({ noise: 0 })).toThrow(/noise must be a finite number above 0; got 0/);
  expect(() => eightGaussians({ radius: Number.NaN })).toThrow(/radius/);
  expect(() => concentricRings({ radii: [] })).toThrow(/at least one radius/);
  expect(() => pinwheel({ arms: 2.5 })).toThrow(/whole number/);
  expect(() => rings().logProb([1, 2, 3])).toThrow(/pairs of numbers; got 3/);
  expect(() => rings().sample(-1, 1)).toThrow(/whole number from 0; got -1/);
  const images = { values: new Float32Array(6), count: 2, eventShape: [3] };
  expect(() => rings().logProb(images)).toThrow(/event shape \[2\]; got \[3\]/);
});
