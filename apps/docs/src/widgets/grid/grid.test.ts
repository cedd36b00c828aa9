import { useWasm } from '@diffeo/trainer';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { drawingChange } from '../lib/drawing-change.ts';
import { areaOf, bend } from './bend.ts';
import { draw } from './drawing.ts';

beforeAll(() => useWasm());

const places = [
  [0.9, 0.6],
  [-1.6, 1.9],
  [0.1, -0.4],
] as const;

describe.each([0, 0.6, 1.2])('a coupling of strength %d', (strength) => {
  test.each([false, true])('the area that is measured is |det| times the area before (swap: %j)', (swap) => {
    for (const place of places) {
      const { before, after, det } = bend(strength, swap, place);
      expect(areaOf(after) / areaOf(before) / det).toBeCloseTo(1, 1);
    }
  });

  test.each([false, true])('the Jacobian has a zero beside its diagonal, whose product is |det| (swap: %j)', (swap) => {
    for (const place of places) {
      const { jacobian, det } = bend(strength, swap, place);
      const [a = 0, b = 0, c = 0, d = 0] = jacobian;
      expect(swap ? c : b).toBe(0);
      expect(a * d).toBeCloseTo(det, 4);
    }
  });
});

test('strength 0 leaves the grid as it is', () => {
  const { before, after } = bend(0, false, [0, 0]);
  for (const [i, [x, y]] of after.entries()) {
    expect(x).toBeCloseTo(before[i]?.[0] as number, 5);
    expect(y).toBeCloseTo(before[i]?.[1] as number, 5);
  }
});

test('leaves no tensor behind', () => {
  const before = memory().numTensors;
  bend(1, false, [0, 0]);
  expect(memory().numTensors).toBe(before);
});

test('is drawn as it was', async () => {
  expect(drawingChange(await draw(), new URL('./drawing.golden.html', import.meta.url))).toBeNull();
});
