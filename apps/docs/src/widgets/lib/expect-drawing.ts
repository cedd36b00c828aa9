import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const number = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;

/**
 * Holds a drawing to the one that was kept beside its test: the same text, and numbers that differ by no more than `tolerance`, since
 * rounding differs between machines. With `DIFFEO_KEEP_DRAWINGS=1` in the environment, or where there is none, it is kept.
 */
export function expectDrawing(html: string, kept: URL, tolerance = 0.05): void {
  const path = fileURLToPath(kept);
  if (process.env['DIFFEO_KEEP_DRAWINGS'] || (!existsSync(path) && !process.env['CI'])) writeFileSync(path, html);
  const before = readFileSync(path, 'utf8');
  expect(html.replaceAll(number, '0'), 'all but the numbers').toBe(before.replaceAll(number, '0'));
  const [now, then] = [html.match(number) ?? [], before.match(number) ?? []].map((all) => all.map(Number));
  const differences = now?.map((value, i) => Math.abs(value - (then?.[i] as number))) ?? [];
  expect(Math.max(0, ...differences), 'the largest difference of a number').toBeLessThanOrEqual(tolerance);
}
