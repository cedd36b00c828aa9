import { expect, test } from 'vitest';
import { countsForPatience, nextValidation, validationSteps } from './validation-steps.ts';

/** Every step of a run that is validated, but for the start. */
function validated(steps: number, batchSize: number, rows: number, options = {}): number[] {
  const plan = validationSteps({ steps, batchSize }, rows, options);
  const found: number[] = [];
  for (let step = 0; step < steps; ) {
    step = nextValidation(step, plan, steps);
    found.push(step);
  }
  return found;
}

test('validations come early, at growing distances up to the regular one', () => {
  expect(validated(2000, 256, 100).slice(0, 9)).toEqual([1, 2, 4, 8, 16, 32, 40, 80, 120]);
  expect(validated(2000, 256, 100).slice(-2)).toEqual([1960, 2000]);
  expect(validated(10, 8, 4)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(validated(103, 8, 4).slice(-2)).toEqual([102, 103]);
});

test('a distance that is given is kept', () => {
  expect(validated(20, 256, 1e5, { validateEvery: 7 })).toEqual([7, 14, 20]);
});

test('the rows are a fifth of those trained on in between, and 2000 at least', () => {
  const rowsOf = (steps: number, batchSize: number, options = {}) =>
    validationSteps({ steps, batchSize }, 1e5, options).rows;
  expect(rowsOf(2000, 256)).toBe(2048);
  expect(rowsOf(50_000, 256)).toBe(51_200);
  expect(rowsOf(500, 256)).toBe(2000);
  expect(rowsOf(500, 256, { validationRows: 30 })).toBe(30);
  expect(rowsOf(500, 256, { validationRows: Infinity })).toBe(1e5);
  expect(rowsOf(500, 256, { validateEvery: 200 })).toBe(10_240);
  expect(validationSteps({ steps: 500, batchSize: 256 }, 300, {}).rows).toBe(300);
});

test('a run that is short for its validation rows validates less often', () => {
  expect(validationSteps({ steps: 500, batchSize: 256 }, 1e5, {}).every).toBe(40);
  expect(validationSteps({ steps: 500, batchSize: 256 }, 300, {}).every).toBe(10);
  expect(validationSteps({ steps: 10_000, batchSize: 256 }, 1e5, {}).every).toBe(200);
});

test('the early validations do not count for patience, nor does the start', () => {
  const plan = validationSteps({ steps: 2000, batchSize: 256 }, 100, {});
  expect([0, 1, 2, 4, 8, 16, 32, 40, 80].filter((step) => countsForPatience(step, plan))).toEqual([40, 80]);
});
