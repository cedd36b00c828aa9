import { DiffeoError } from '@diffeo/core';

/**
 * The columns that rows take, one each, so that the sum of what they cost is least: exactly, by shortest augmenting paths (Jonker & Volgenant 1987; Crouse 2016, "On
 * implementing 2D rectangular assignment algorithms", §III), in at most size³ steps.
 *
 * @param cost `size` rows of `size` numbers, row by row
 * @returns the column of each row
 * @throws DiffeoError `NOT_FINITE` for costs that are not finite.
 */
export function minimalAssignment(cost: Float64Array, size: number): Int32Array {
  if (!cost.every(Number.isFinite)) throw new DiffeoError('NOT_FINITE', 'costs of an assignment must be finite');
  const [columnOf, rowOf, before] = [-1, -1, -1].map((none) => new Int32Array(size).fill(none)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const [rowPrice, columnPrice, distance] = [0, 0, 0].map(() => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const remaining = new Int32Array(size);
  for (let first = 0; first < size; first++) {
    for (let j = 0; j < size; j++) remaining[j] = j;
    distance.fill(Infinity);
    const reached: number[] = [];
    let [count, row, shortest, free] = [size, first, 0, -1];
    while (free < 0) {
      let [nearest, place] = [Infinity, -1];
      const offset = shortest - (rowPrice[row] as number);
      for (let k = 0; k < count; k++) {
        const j = remaining[k] as number;
        const through = offset + (cost[row * size + j] as number) - (columnPrice[j] as number);
        if (through < (distance[j] as number)) {
          distance[j] = through;
          before[j] = row;
        }
        const found = distance[j] as number;
        if (found < nearest || (found === nearest && rowOf[j] === -1)) [nearest, place] = [found, k];
      }
      shortest = nearest;
      const column = remaining[place] as number;
      reached.push(column);
      remaining[place] = remaining[--count] as number;
      if (rowOf[column] === -1) free = column;
      else row = rowOf[column] as number;
    }
    rowPrice[first] = (rowPrice[first] as number) + shortest;
    for (const column of reached) {
      const change = shortest - (distance[column] as number);
      columnPrice[column] = (columnPrice[column] as number) - change;
      const taker = rowOf[column] as number;
      if (taker >= 0) rowPrice[taker] = (rowPrice[taker] as number) + change;
    }
    for (let column = free; ; ) {
      const taker = before[column] as number;
      const given = columnOf[taker] as number;
      rowOf[column] = taker;
      columnOf[taker] = column;
      if (taker === first) break;
      column = given;
    }
  }
  return columnOf;
}
