import { epsilon } from './epsilon.ts';

/** The losses of all rows on both sides of where a walk begins, for each of its steps, falling. */
export interface Walk {
  readonly steps: readonly number[];
  readonly above: readonly Float32Array[];
  readonly below: readonly Float32Array[];
}

/** Fewer rows than these are all kept. */
const enough = 16;

/**
 * The three quarters of the rows whose losses bend least abruptly along the walks, in order. The loss of one row has a kink where
 * the row passes a knot of a spline or the corner of a relu, and a kink nearby looks like a wrong gradient. It shows in
 * the second difference D(h) = L(h) − 2 L(0) + L(−h), which is 4 times as large at twice the step where L is smooth.
 */
export function smoothRows(start: Float32Array, walks: readonly Walk[]): readonly number[] {
  const rows = Array.from(start.keys());
  if (rows.length < enough) return rows;
  const roughness = rows.map((row) => Math.max(...walks.map((walk) => roughnessOf(row, start, walk))));
  const byRoughness = rows.toSorted((a, b) => (roughness[a] as number) - (roughness[b] as number));
  return byRoughness.slice(0, Math.ceil(0.75 * rows.length)).sort((a, b) => a - b);
}

/** What remains of D(h) − D(kh)/k² over consecutive steps, relative to h² where that stands above rounding. */
function roughnessOf(row: number, start: Float32Array, { steps, above, below }: Walk): number {
  const origin = start[row] as number;
  const rounding = 16 * epsilon * (1 + Math.abs(origin));
  const bends = steps.map(
    (_, i) => ((above[i] as Float32Array)[row] as number) - 2 * origin + ((below[i] as Float32Array)[row] as number),
  );
  let most = 0;
  for (let i = 1; i < steps.length; i++) {
    const [longer, step] = [steps[i - 1] as number, steps[i] as number];
    const change = Math.abs((bends[i] as number) - (bends[i - 1] as number) * (step / longer) ** 2);
    most = Math.max(most, change / (step ** 2 + rounding));
  }
  return most;
}
