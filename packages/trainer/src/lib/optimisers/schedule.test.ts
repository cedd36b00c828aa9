import fc from 'fast-check';
import { expect, test } from 'vitest';
import { constant, cosine } from './schedule.ts';

test('the cosine rises over its warm-up, is 1 at the top, and falls towards its floor', () => {
  const schedule = cosine({ warmup: 0.1, floor: 0.2 });
  const factors = Array.from({ length: 1000 }, (_, step) => schedule(step, 1000));
  const steps = factors.slice(1).map((factor, i) => Math.sign(factor - (factors[i] as number)));
  expect(steps.slice(0, 99).every((sign) => sign === 1)).toBe(true);
  expect(factors[100]).toBe(1);
  expect(steps.slice(100).every((sign) => sign === -1)).toBe(true);
  expect(factors.at(-1)).toBeCloseTo(0.2, 4);
});

test('every factor is above 0 and at most 1, in runs of any length', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (steps, warmup) => {
      const schedule = cosine({ warmup });
      for (const step of [0, Math.floor(steps / 2), steps - 1]) {
        expect(schedule(step, steps)).toBeGreaterThan(0);
        expect(schedule(step, steps)).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('constant is 1', () => expect(constant()(17, 100)).toBe(1));
