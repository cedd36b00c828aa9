import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const number = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;

/**
 * For tests: how a drawing differs from the one that is kept, or `null`. The text must be the same, and numbers may differ by
 * `tolerance`, since rounding differs between machines. With `DIFFEO_KEEP_DRAWINGS=1` in the environment the drawing is kept.
 */
export function drawingChange(html: string, kept: URL, tolerance = 0.05): string | null {
  const path = fileURLToPath(kept);
  if (process.env['DIFFEO_KEEP_DRAWINGS']) writeFileSync(path, html);
  if (!existsSync(path)) return `${path} is missing: DIFFEO_KEEP_DRAWINGS=1 keeps the drawing`;
  const before = readFileSync(path, 'utf8');
  const [words, wordsBefore] = [html.split(number), before.split(number)];
  const at = words.findIndex((word, i) => word !== wordsBefore[i]);
  if (at >= 0) return `'${words[at]}' stands where '${wordsBefore[at]}' stood`;
  if (words.length !== wordsBefore.length) return 'the drawing is shorter than it was';
  const numbersBefore = before.match(number) ?? [];
  const off = (html.match(number) ?? []).findIndex(
    (value, i) => !(Math.abs(Number(value) - Number(numbersBefore[i])) <= tolerance),
  );
  return off < 0 ? null : `${html.match(number)?.[off]} stands where ${numbersBefore[off]} stood`;
}
