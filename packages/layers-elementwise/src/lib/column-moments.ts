/** Where each column of rows lies and how far it spreads. */
export interface ColumnMoments {
  readonly mean: Float64Array;
  /** The standard deviation; 0 for a column that never changes. */
  readonly deviation: Float64Array;
}

/** Mean and standard deviation of each column of row-major numbers, in float64: twice through the rows, so that no small spread around a large mean is lost. */
export function columnMoments(rows: ArrayLike<number>, size: number): ColumnMoments {
  const count = rows.length / size;
  const mean = new Float64Array(size);
  const deviation = new Float64Array(size);
  for (let column = 0; column < size; column++) {
    const first = rows[column] as number;
    let sum = 0;
    for (let at = column; at < rows.length; at += size) sum += (rows[at] as number) - first;
    const centre = first + sum / count;
    let squares = 0;
    let varies = false;
    for (let at = column; at < rows.length; at += size) {
      squares += ((rows[at] as number) - centre) ** 2;
      varies ||= rows[at] !== first;
    }
    mean[column] = varies ? centre : first;
    deviation[column] = varies ? Math.sqrt(squares / count) : 0;
  }
  return { mean, deviation };
}
