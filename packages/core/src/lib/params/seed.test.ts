import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numbers, onEachBackend, refusal } from '../../../test/backends.ts';
import { fold, normal, randomSource, shuffled, uniform } from './seed.ts';

/** Pearson's correlation. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, i) => (value - ma) * ((b[i] as number) - mb)));
  const variance = (values: readonly number[], m: number) => mean(values.map((value) => (value - m) ** 2));
  return covariance / Math.sqrt(variance(a, ma) * variance(b, mb));
}

/** The largest distance between the empirical distribution function and `cdf` (Kolmogorov & Smirnov), times √n. */
function kolmogorov(values: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const distance = sorted.reduce(
    (most, x, i) => Math.max(most, Math.abs(cdf(x) - i / n), Math.abs(cdf(x) - (i + 1) / n)),
    0,
  );
  return distance * Math.sqrt(n);
}
/** Below this with a probability of 0.9999. */
const kolmogorovLimit = 2.23;

onEachBackend('seeds', () => {
  const uses: Readonly<Record<string, (seed: number) => unknown>> = {
    fold: (seed) => fold(seed, 'x'),
    randomSource: (seed) => randomSource(seed).uniform(),
    normal: (seed) => numbers(normal([3], seed)),
    uniform: (seed) => numbers(uniform([3], seed)),
    shuffled: (seed) => [...shuffled(30, seed)],
  };

  test.each(Object.keys(uses))('that are none are refused by %s', (name) => {
    for (const seed of [undefined, Number.NaN, Infinity, 0.5, '0', null, 2 ** 53, -(2 ** 53), 1n, [1]]) {
      expect(refusal(() => uses[name]?.(seed as number)).code).toBe('SEED');
    }
  });

  test.each(Object.keys(uses))('2 ** 32 apart are different ones to %s', (name) => {
    const seeds = [0, 1, 7, -1, -7].flatMap((seed) =>
      [-2, -1, 0, 1, 2, 2 ** 20].map((times) => seed + times * 2 ** 32),
    );
    expect(new Set(seeds.map((seed) => String(uses[name]?.(seed)))).size).toBe(seeds.length);
  });

  test('shapes and counts that are none are refused, and such as do not fit into memory', () => {
    for (const shape of [undefined, 3, [-1], [0.5], ['2']]) {
      for (const draw of [normal, uniform]) expect(refusal(() => draw(shape as never, 1)).code).toBe('SHAPE');
    }
    for (const count of [undefined, -1, 0.5, Number.NaN])
      expect(refusal(() => shuffled(count as never, 1)).code).toBe('SHAPE');
    expect(refusal(() => normal([2 ** 40], 1)).code).toBe('MEMORY');
  });

  test('below 2 ** 32 give the numbers that they always gave', () => {
    expect([0, 1, 2 ** 31, 2 ** 32 - 1].map((seed) => fold(seed, 'layers'))).toEqual([
      586554381, 2787927630, 2349561542, 58094310,
    ]);
  });
});

describe('fold', () => {
  test('gives unsigned 32-bit children, the same each time', () => {
    fc.assert(
      fc.property(fc.integer(), fc.oneof(fc.string(), fc.integer()), (seed, label) => {
        const child = fold(seed, label);
        expect(child).toBe(fold(seed, label));
        expect(Number.isInteger(child) && child >= 0 && child < 2 ** 32).toBe(true);
      }),
    );
  });

  test('a label is a name: 1 and "1" are the same child', () => {
    expect(fold(9, 1)).toBe(fold(9, '1'));
  });

  test('small seeds and short labels do not share children', () => {
    const children = new Set<number>();
    const labels = [...Array(100).keys(), 'layers', 'base', 'dequantize', 'a', 'b', 'ab', 'ba', ''];
    for (let seed = 0; seed < 200; seed++) for (const label of labels) children.add(fold(seed, label));
    // 21,600 draws from 2³² meet 0.05 times on average.
    expect(children.size).toBeGreaterThanOrEqual(200 * labels.length - 2);
  });

  test('the order of nested labels matters', () => {
    expect(fold(fold(1, 'a'), 'b')).not.toBe(fold(fold(1, 'b'), 'a'));
    expect(fold(fold(1, 'a'), 'b')).not.toBe(fold(1, 'ab'));
  });

  test('each bit of the seed changes each bit of the child about half of the time', () => {
    for (let bit = 0; bit < 32; bit++) {
      let changed = 0;
      for (let seed = 0; seed < 500; seed++) {
        let difference = (fold(seed, 'x') ^ fold(seed ^ (1 << bit), 'x')) >>> 0;
        for (; difference; difference >>>= 1) changed += difference & 1;
      }
      expect(changed / (500 * 32)).toBeGreaterThan(0.47);
      expect(changed / (500 * 32)).toBeLessThan(0.53);
    }
  });
});

describe('randomSource', () => {
  test('the first numbers of neighbouring seeds have nothing to do with each other', () => {
    const seeds = 4000;
    for (const at of [0, 1, 2]) {
      const firsts = Array.from({ length: seeds }, (_, seed) => {
        const source = randomSource(seed);
        for (let i = 0; i < at; i++) source.uniform();
        return source.uniform();
      });
      expect(kolmogorov(firsts, (x) => x)).toBeLessThan(kolmogorovLimit);
      expect(Math.abs(correlation(firsts.slice(1), firsts.slice(0, -1)))).toBeLessThan(4 / Math.sqrt(seeds));
    }
  });

  test('uniform numbers are uniform and in [0, 1)', () => {
    const source = randomSource(5);
    const values = Array.from({ length: 20_000 }, source.uniform);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(kolmogorov(values, (x) => x)).toBeLessThan(kolmogorovLimit);
    expect(Math.abs(correlation(values.slice(1), values.slice(0, -1)))).toBeLessThan(4 / Math.sqrt(values.length));
  });

  test('normal numbers have the moments of the standard normal, both of each pair', () => {
    const { normal: draw } = randomSource(6);
    const values = Array.from({ length: 40_000 }, draw);
    const moment = (k: number) => values.reduce((sum, value) => sum + value ** k, 0) / values.length;
    // Four standard errors of each moment.
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / values.length));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / values.length));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / values.length));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / values.length));
    expect(Math.abs(correlation(values.slice(1), values.slice(0, -1)))).toBeLessThan(4 / Math.sqrt(values.length));
  });

  test('whole numbers cover their range evenly', () => {
    const { integer } = randomSource(7);
    const counts = Array<number>(6).fill(0);
    for (let i = 0; i < 6000; i++) {
      const value = integer(6);
      expect(Number.isInteger(value) && value >= 0 && value < 6).toBe(true);
      counts[value] = (counts[value] as number) + 1;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 5 degrees of freedom: below 26 with a probability of 0.9999.
    expect(chiSquare).toBeLessThan(26);
    expect(integer(1)).toBe(0);
  });
});

describe('shuffled', () => {
  test('is a permutation, the same for the same seed', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.integer(), (count, seed) => {
        const order = shuffled(count, seed);
        expect([...order].sort((a, b) => a - b)).toEqual([...Array(count).keys()]);
        expect(shuffled(count, seed)).toEqual(order);
      }),
    );
  });

  test('puts every number everywhere equally often', () => {
    const counts = Array<number>(25).fill(0);
    const draws = 5000;
    for (let seed = 0; seed < draws; seed++) {
      for (const [place, value] of shuffled(5, seed).entries()) {
        counts[5 * place + value] = (counts[5 * place + value] as number) + 1;
      }
    }
    const expected = draws / 5;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 16 degrees of freedom: below 45 with a probability of 0.9999.
    expect(chiSquare).toBeLessThan(45);
  });
});

test('the numbers of a seed never change', () => {
  expect([fold(1, 'layers'), fold(1, 0), fold(0, ''), fold(2 ** 32 - 1, 'base')]).toEqual([
    2787927630, 2253297053, 2856213345, 3371199511,
  ]);
  const source = randomSource(1);
  expect([source.uniform(), source.normal(), source.normal(), source.integer(1000)]).toEqual([
    0.8867872847892666, 0.6909139062249089, 0.7751508985870291, 434,
  ]);
  expect([...shuffled(10, 3)]).toEqual([2, 6, 4, 0, 8, 5, 1, 7, 9, 3]);
});

onEachBackend('tensors of random numbers', () => {
  test('are the same on every backend', () => {
    expect(numbers(normal([2, 2], 11))).toEqual([
      -1.2102159261703491, 0.33689481019973755, -0.03612665832042694, -1.794385552406311,
    ]);
    expect(numbers(uniform([3], 12))).toEqual([0.7000735998153687, 0.20434971153736115, 0.7351419925689697]);
  });

  test('are the numbers of the stream, where they are odd in number too', () => {
    for (const count of [0, 1, 2, 7, 64]) {
      const [normals, uniforms] = [randomSource(count), randomSource(count)];
      const expected = (draw: () => number) => [...Float32Array.from({ length: count }, draw)];
      expect(numbers(normal([count], count))).toEqual(expected(normals.normal));
      expect(numbers(uniform([count], count))).toEqual(expected(uniforms.uniform));
    }
  });

  test('have the shape asked for, empty ones too', () => {
    expect([normal([2, 3], 1).shape, uniform([0, 4], 1).shape, normal([], 1).shape]).toEqual([[2, 3], [0, 4], []]);
    expect(normal([2], 1).dtype).toBe('float32');
  });

  test('uniform numbers stay below 1 in float32', () => {
    const values = uniform([1 << 17], 8).dataSync();
    let [low, high] = [1, 0];
    for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeLessThan(1);
    expect(high).toBeGreaterThan(0.9999);
  });
});
