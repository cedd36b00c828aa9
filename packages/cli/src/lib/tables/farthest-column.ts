import type { Dataset } from '@diffeo/datasets';

/** The column in which a row lies farthest from the median, by the median distance from it (by the mean distance where that is 0). */
export function farthestColumn(
  all: Dataset,
  row: ArrayLike<number>,
): { readonly column: number; readonly value: number } {
  const size = all.values.length / all.count;
  let [farthest, most] = [0, -1];
  for (let column = 0; column < size; column++) {
    const numbers = Float64Array.from({ length: all.count }, (_, i) => all.values[i * size + column] as number).sort();
    const median = numbers[all.count >> 1] as number;
    const distances = numbers.map((value) => Math.abs(value - median)).sort();
    const usual = (distances[all.count >> 1] as number) || distances.reduce((a, b) => a + b, 0) / all.count || 1;
    const distance = Math.abs((row[column] as number) - median) / usual;
    if (distance > most) [farthest, most] = [column, distance];
  }
  return { column: farthest, value: row[farthest] as number };
}
