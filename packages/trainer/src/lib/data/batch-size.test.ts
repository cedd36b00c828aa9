import { flow } from '@diffeo/core';
import { padImages, uniformDequantize } from '@diffeo/datasets';
import { expect, test } from 'vitest';
import { rowsTogether } from './batch-size.ts';

test.each([
  [[2], 4096],
  [[64], 4096],
  [[8, 8, 1], 4096],
  [[28, 28, 1], 256],
  [[32, 32, 3], 64],
  [[64, 64, 3], 16],
  [[4096, 4096, 1], 1],
])('of events of %j, %i go through a flow at once', (eventShape, rows) => {
  expect(rowsTogether(flow({ eventShape, layers: [] }))).toBe(rows);
});

test('what a margin adds to images counts', () => {
  const dequantize = padImages({ to: [64, 64], dequantizer: uniformDequantize({ bins: 4 }) });
  expect(rowsTogether(flow({ eventShape: [8, 8, 1], dequantize, layers: [] }))).toBe(64);
});
