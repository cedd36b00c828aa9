import type { ClassData } from './fit-classes.ts';

/** Cells of fewer rows are taken together, and no more cells than these are kept. */
const [fewestRows, maxCells] = [2, 64];

/**
 * The cell of each row in the joint table of the states of all columns, the most frequent first. The last class takes the rows of all
 * cells that are not kept, of which there may be none.
 */
export function cellsOfTable({ cells, columns }: Pick<ClassData, 'cells' | 'columns'>) {
  const size = columns.length;
  const rowsOf = new Map<string, number[]>();
  for (let row = 0; row < cells.count; row++) {
    const key = cells.states.subarray(row * size, (row + 1) * size).join(' ');
    const found = rowsOf.get(key);
    if (found) found.push(row);
    else rowsOf.set(key, [row]);
  }
  const kept = [...rowsOf.values()]
    .filter((rows) => rows.length >= fewestRows)
    .sort((a, b) => b.length - a.length)
    .slice(0, maxCells);
  const classOf = new Int32Array(cells.count).fill(kept.length);
  for (const [k, rows] of kept.entries()) for (const row of rows) classOf[row] = k;
  return { classOf, classes: kept.length + 1 };
}
