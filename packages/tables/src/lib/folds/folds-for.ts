/** Curves and the widths of kernels are found from so many rows at most, by so many that judge. */
const [curveRows, judgedRows] = [1000, 400];
/** Steps of about ten nanoseconds that curves and kernels of a fast fit are worth, all folds together: some three seconds. */
const fastWork = 2.2e8;
/** Columns are made normal in one fold where there is time for this part of another. */
const leastAffordable = 0.5;
/** Folds of small tables, the most first. */
const foldCounts = [5, 3, 2, 1] as const;

/** A table of few rows, and what is found in each of its folds. */
interface FoldedTable {
  readonly count: number;
  /** Columns that are made normal. */
  readonly curves: number;
  /** Columns of kernel densities; 0 where there are none. */
  readonly kernels: number;
}

/** Steps of one fold: each number beside others for its column's curve, and each row beside those that judge widths. */
function foldWork({ count, curves, kernels }: FoldedTable): number {
  const rows = Math.min(count, curveRows);
  const ofCurves = curves * rows * (3 * Math.min(rows, judgedRows) + Math.min(5 * rows, 1200));
  return ofCurves + (kernels === 0 ? 0 : 4 * count * judgedRows * (kernels / 2 + 8));
}

/** How many folds a table of few rows is cut into, and whether its columns are made normal in them: of many columns, a fast fit has fewer folds, or leaves them as they are. */
export function foldsFor(table: FoldedTable, fast: boolean): { readonly folds: number; readonly hasCurves: boolean } {
  const most = Math.min(5, Math.floor(table.count / 8));
  if (!fast) return { folds: most, hasCurves: true };
  // Members for all rows take as much as those of a fold.
  const affordable = fastWork / foldWork(table) - 1;
  const folds = Math.min(most, foldCounts.find((one) => one <= affordable) ?? 1);
  return { folds, hasCurves: affordable >= leastAffordable };
}
