import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutAbove } from './cut-above.ts';

describe('cutAbove', () => {
  test('ends and begins strokes on the line', () => {
    const curve = [
      [0, 8],
      [1, 4],
      [2, 2],
      [3, 6],
      [4, 2],
    ] as const;
    expect(cutAbove(curve, 4)).toEqual([
      [1, 4],
      [1, 4],
      [2, 2],
      [2.5, 4],
      [2.5, null],
      [3.5, 4],
      [4, 2],
    ]);
  });

  test('leaves a curve below the line as it is, and nothing of one above it', () => {
    const curve = [
      [0, 3],
      [1, 2],
    ] as const;
    expect(cutAbove(curve, 3)).toEqual(curve);
    expect(cutAbove(curve, 1)).toEqual([]);
    expect(cutAbove([], 1)).toEqual([]);
  });

  test('keeps every point below the line, in order, and nothing above it', () => {
    const losses = fc.array(fc.integer({ min: -100, max: 100 }));
    fc.assert(
      fc.property(losses, fc.integer({ min: -100, max: 100 }), (values, max) => {
        const curve = values.map((loss, step) => [step, loss] as const);
        const cut = cutAbove(curve, max);
        expect(cut.every(([, loss]) => loss === null || loss <= max)).toBe(true);
        expect(cut.filter((point) => curve.includes(point as never))).toEqual(curve.filter(([, loss]) => loss <= max));
        const steps = cut.map(([step]) => step);
        expect(steps).toEqual(steps.toSorted((a, b) => a - b));
      }),
    );
  });
});
