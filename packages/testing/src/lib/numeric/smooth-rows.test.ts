import { expect, test } from 'vitest';
import { smoothRows } from './smooth-rows.ts';

const steps = [1 / 4, 1 / 8, 1 / 16, 1 / 32];

/** A walk along losses of one number, one function a row. */
function along(losses: readonly ((at: number) => number)[]) {
  const at = (place: number) => Float32Array.from(losses, (loss) => loss(place));
  return smoothRows(at(0), [{ steps, above: steps.map((step) => at(step)), below: steps.map((step) => at(-step)) }]);
}

const smooth = (curvature: number) => (at: number) => 3 + at + curvature * at ** 2;
const bent = (corner: number) => (at: number) => 3 + Math.max(0, at - corner);

test('a quarter of the rows is left out: those with a kink or a jump, however much others are curved', () => {
  const rough = new Map(
    [1, 5, 9, 10].map((row, i) => [row, i < 3 ? bent((i - 1) / 10) : (at: number) => +(at > 0.05)]),
  );
  const rows = Array.from({ length: 16 }, (_, row) => rough.get(row) ?? smooth(row));
  expect(along(rows)).toEqual([...rows.keys()].filter((row) => !rough.has(row)));
});

test('few rows are all kept', () => {
  expect(along([smooth(1), bent(0.1)])).toEqual([0, 1]);
});
