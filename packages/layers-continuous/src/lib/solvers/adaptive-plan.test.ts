import '@tensorflow/tfjs-backend-wasm';
import { concat, cos, mul, setBackend, sin, slice, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Field } from '../field/field.ts';
import { planAdaptive } from './adaptive-plan.ts';

beforeAll(() => setBackend('wasm'));

/** The first number moves the faster the larger it is; the second says how fast the divergence changes on the way. */
const field: Field = (x) => {
  const [place, pace] = [slice(x, [0, 0], [-1, 1]), slice(x, [0, 1], [-1, 1])];
  return { velocity: concat([mul(sin(mul(place, 4)), 2), pace], 1), divergence: cos(mul(pace, 3)) };
};

const rows = [
  [0.1, 0],
  [0.6, 0.1],
  [-0.3, 0.5],
  [0, 3],
  [0.5, -4],
];
const plan = (given: readonly number[][]) =>
  planAdaptive(
    () => field,
    tensor2d([...given]),
    { from: 0, to: 1 },
    { tolerance: 1e-4, maxEvaluations: 5000 },
    'the layer',
  );

describe('each row takes the steps that it takes alone', () => {
  test.each(rows.map((_, row) => row))('row %i', (row) => {
    const { steps, logDet } = plan(rows);
    const alone = plan([rows[row] as number[]]);
    expect(steps[row]?.h.length).toBeGreaterThan(3);
    expect(steps[row]).toEqual(alone.steps[0]);
    expect(logDet[row]).toBe(alone.logDet[0]);
  });

  test('and the rows are such that each takes others', () => {
    const { steps } = plan(rows);
    expect(new Set(steps.map(({ h }) => h.join())).size).toBe(rows.length);
  });
});
