import { expect, test } from 'vitest';
import { restAfter } from './frame-pace.ts';

test('frames that fit into a sixtieth of a second follow each other at once', () => {
  for (const took of [0, 8, 16]) expect(restAfter(took)).toBe(0);
});

test('frames that take 25 ms come 17 times a second at least', () => {
  expect(25 + restAfter(25)).toBeLessThanOrEqual(1000 / 17);
});

test('the page has longer for itself than a frame that blocks it for 50 ms, and no frame stops the next for good', () => {
  expect(restAfter(50)).toBeGreaterThan(50);
  for (const took of [1000, 3_600_000]) expect(restAfter(took)).toBeLessThanOrEqual(500);
});
