import fc from 'fast-check';
import { expect, test } from 'vitest';
import { constant, cosine, exponential, linearWarmup, oneCycle, plateau, scheduleOf } from './schedules.ts';

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

test('one cycle rises to the top and falls to its end', () => {
  const schedule = oneCycle({ rise: 0.3, start: 0.1, end: 0.01 });
  const factors = Array.from({ length: 101 }, (_, step) => schedule(step, 101));
  expect(factors[0]).toBeCloseTo(0.1);
  expect(factors[30]).toBeCloseTo(1);
  expect(factors.at(-1)).toBeCloseTo(0.01);
  for (const [i, factor] of factors.slice(1).entries()) expect(factor > (factors[i] as number)).toBe(i < 30);
});

test('a linear warm-up rises and stays; an exponential falls by the same share', () => {
  const warmup = linearWarmup({ share: 0.1 });
  expect([0, 4, 9, 10, 99].map((step) => warmup(step, 100))).toEqual([1 / 11, 5 / 11, 10 / 11, 1, 1]);
  const falling = exponential({ end: 0.25 });
  expect([0, 1, 2].map((step) => falling(step, 3))).toEqual([1, 0.5, 0.25]);
});

test('a plateau shrinks the rate where validations bring no new best', () => {
  const schedule = plateau({ factor: 0.5, patience: 2, floor: 0.2 });
  const losses = [3, 2, 2.5, 2, 1.9, 5, 5, 5, 5, 5, 5];
  const validations = losses.map((loss, step) => ({ step, loss }));
  const after = losses.map((_, i) => schedule(i, 100, validations.slice(0, i + 1)));
  expect(after).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2, 0.2]);
  expect(schedule(0, 100)).toBe(1);
});

test.each([constant(), cosine({ warmup: 0.5 }), oneCycle(), linearWarmup(), exponential(), plateau({ factor: 0.1 })])(
  'a schedule comes back from its JSON: %#',
  (schedule) => {
    const json = JSON.parse(JSON.stringify(schedule));
    expect(json).toEqual(schedule.spec);
    const again = scheduleOf(json);
    for (const step of [0, 3, 9]) expect(again(step, 10)).toBe(schedule(step, 10));
  },
);

test.each([
  [() => cosine({ warmup: 2 }), /cosine: warmup/],
  [() => cosine({ wramup: 0.1 } as object), /cosine: wramup/],
  [() => plateau({ patience: 0.5 }), /plateau: patience/],
  [() => exponential({ end: 0 }), /exponential: end/],
  [
    () => scheduleOf({ $type: '@diffeo/trainer/cosin', $kind: 'schedule', version: 1, config: {} }),
    /did you mean '@diffeo\/trainer\/cosine'/,
  ],
])('what cannot be meant is refused: %#', (make, message) => {
  expect(make).toThrow(message);
});
