import { DiffeoError } from '@diffeo/core';
import type { Check } from './workload.ts';

/** How far two float32 implementations of one model may be apart, relative to numbers above 1. */
const tolerances: Readonly<Record<keyof Check, number>> = {
  loss: 1e-4,
  gradientNorm: 1e-3,
  lossAfter: 1e-3,
  decoded: 1e-3,
};

/**
 * Throws unless a competitor computes what ours does: another model is no comparison.
 *
 * @throws DiffeoError `COMPETITOR` with both numbers.
 */
export function requireSameModel(ours: Check, theirs: Check, name: string): void {
  for (const [key, tolerance] of Object.entries(tolerances)) {
    const [expected, got] = [ours[key as keyof Check], theirs[key as keyof Check]];
    if (Math.abs(got - expected) <= tolerance * Math.max(1, Math.abs(expected))) continue;
    throw new DiffeoError(
      'COMPETITOR',
      `${name} is not the same model as ours: with the same weights and data, ${key} is ${got} there and ${expected} here`,
    );
  }
}
