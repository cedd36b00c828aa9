/** So many rows at a time stay in the second-level cache, and the weights are packed seldom enough. */
const blockRows = 1024;

/** Runs `f` on every block of rows: a kernel that keeps nothing needs scratch for one block alone. */
export function eachBlock(rows: number, f: (first: number, count: number) => void): void {
  for (let first = 0; first < rows; first += blockRows) f(first, Math.min(blockRows, rows - first));
}

export const largestBlock = (rows: number): number => Math.min(blockRows, rows);
