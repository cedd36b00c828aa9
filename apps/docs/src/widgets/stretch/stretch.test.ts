import { useWasm } from '@diffeo/trainer';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { drawingChange } from '../lib/drawing-change.ts';
import { draw } from './drawing.ts';
import { areaUnder, type Goals, handles, stretch, widthOf } from './stretch.ts';

beforeAll(() => useWasm());

describe.each<Goals>([
  [-1.5, 0, 1.5],
  [-1.9, -1.2, 1.5],
  [-2.75, 0, 0.25],
  [2, 2.3, 2.6],
])('handles at %d, %d, %d', (...goals) => {
  test('every slice keeps its area', () => {
    for (const { base, data } of stretch(goals).slices) {
      expect(Math.abs(areaUnder(data) / areaUnder(base) - 1)).toBeLessThan(0.02);
    }
  });

  test('the map rises, and takes each handle to its goal', () => {
    const { map } = stretch(goals);
    for (const [i, [, x]] of map.entries()) if (i > 0) expect(x).toBeGreaterThan(map[i - 1]?.[1] as number);
    for (const [i, z] of handles.entries()) {
      const [, x = Number.NaN] = map.find(([at]) => Math.abs(at - z) < 1e-6) ?? [];
      expect(x).toBeCloseTo(goals[i] as number, 3);
    }
  });

  test('heights divide by the slope: width times mean height is the same on both sides', () => {
    for (const { base, data } of stretch(goals).slices) {
      const slope = widthOf(data) / widthOf(base);
      const height = (curve: typeof base) => areaUnder(curve) / widthOf(curve);
      expect(height(data) * slope).toBeCloseTo(height(base), 2);
    }
  });
});

test('handles keep their order, whatever is asked', () => {
  const [left, middle, right] = stretch([2.8, -2.8, -2.8]).goals;
  expect(left).toBeLessThan(middle);
  expect(middle).toBeLessThan(right);
});

test('handles where they stand leave the line as it is', () => {
  for (const [z, x] of stretch([-1.5, 0, 1.5]).map) expect(x).toBeCloseTo(z, 4);
});

test('leaves no tensor behind', () => {
  const before = memory().numTensors;
  stretch([0, 1, 2]);
  expect(memory().numTensors).toBe(before);
});

test('is drawn as it was', async () => {
  expect(drawingChange(await draw(), new URL('./drawing.golden.html', import.meta.url))).toBeNull();
});
