import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { randomSource } from '@diffeo/core';
import { ready, setBackend, tensor1d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { binsOf } from './bins.ts';

/** Noise at which rounding is at its worst: both ends, next to them, and anything between. */
const noise = fc.oneof(
  fc.constantFrom(0, 1, 2 ** -149, 2 ** -24, 1 - 2 ** -24, 0.5),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    await ready();
  });

  test('what is spread within a bin is gathered again exactly, from 2 levels to 65,536', () => {
    const cases = fc
      .integer({ min: 2, max: 65536 })
      .chain((bins) =>
        fc.tuple(
          fc.constant(bins),
          fc.array(fc.tuple(fc.integer({ min: 0, max: bins - 1 }), noise), { minLength: 1, maxLength: 64 }),
        ),
      );
    fc.assert(
      fc.property(cases, ([bins, pairs]) => {
        tidy(() => {
          const { spread, gather } = binsOf(bins);
          const raw = pairs.map(([bin]) => bin);
          const value = spread(tensor1d(raw), tensor1d(pairs.map(([, u]) => u)));
          for (const number of value.dataSync()) if (!(number >= 0 && number < 1)) expect.fail(`${number}`);
          expect([...gather(value).dataSync()]).toEqual(raw);
        });
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test.each([3, 17, 49, 255, 256, 1000, 4097, 65535, 65536])(
    'of %i bins every one comes back, from both ends of its noise',
    (bins) => {
      tidy(() => {
        const { spread, gather } = binsOf(bins);
        const raw = Float32Array.from({ length: bins }, (_, bin) => bin);
        for (const u of [0, 1]) {
          const value = spread(tensor1d(raw), tensor1d(new Float32Array(bins).fill(u)));
          expect(gather(value).dataSync()).toEqual(raw);
        }
      });
    },
  );

  test('a value outside belongs to the first or the last bin', () => {
    const { gather } = binsOf(4);
    expect([...gather(tensor1d([-1, -1e-9, 1, 1.5])).dataSync()]).toEqual([0, 0, 3, 3]);
  });
});

test.each([2, 17, 256, 4096, 65536])('the width of %i bins is that of the interval that noise fills', async (bins) => {
  await setBackend('cpu');
  const { spread, logWidth } = binsOf(bins);
  const [low, high] = spread(tensor1d([1, 1]), tensor1d([0, 1])).dataSync() as Float32Array as unknown as [
    number,
    number,
  ];
  // The ends are floats near 1 / bins: their distance is known to 2⁻²⁴ of it.
  expect(Math.abs((high - low) * bins - Math.exp(logWidth) * bins)).toBeLessThan(2 ** -20);
  expect(Math.exp(logWidth)).toBeCloseTo((1 - 2 * Math.max(2 ** -10, bins * 2 ** -22)) / bins, 12);
});

test('noise that is not squeezed would come back as a neighbour', () => {
  // Why there are margins: the same without them, in float32.
  const fround = Math.fround;
  const source = randomSource(1);
  const wrong = Array.from({ length: 100_000 }, () => {
    const raw = source.integer(4097);
    const value = fround(fround(raw + fround(1 - source.uniform() * 1e-4)) / 4097);
    return Math.floor(fround(value * 4097)) - raw;
  });
  expect(wrong.some((difference) => difference !== 0)).toBe(true);
});
