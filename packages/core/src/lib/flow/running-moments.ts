/** Mean and spread of each column of rows that come chunk by chunk, in float64. */
export interface RunningMoments {
  /** Takes in rows, row after row, as `tensor.data()` gives them. */
  add(rows: ArrayLike<number>): void;
  /** How many rows there were. */
  readonly count: number;
  /** The mean of each column; of one that never changes, its number. */
  mean(): Float64Array;
  /** The standard deviation of each column: the root of the mean square about the mean. 0 for a column that never changes. */
  deviation(): Float64Array;
  /**
   * The correlations of the columns, row-major, the lower triangle. The diagonal is 1, and what a constant column has with others
   * is 0. Only where `correlated` was asked for.
   */
  correlations(): Float64Array;
}

/** Sums of (x − mean)·(y − mean) over the rows of a chunk, for each pair of columns or for each column with itself. */
function products(rows: ArrayLike<number>, mean: Float64Array, into: Float64Array, pairs: boolean): void {
  const size = mean.length;
  const centred = new Float64Array(size);
  for (let row = 0; row + size <= rows.length; row += size) {
    for (let i = 0; i < size; i++) centred[i] = (rows[row + i] as number) - (mean[i] as number);
    for (let i = 0; i < size; i++) {
      const own = centred[i] as number;
      if (!pairs) into[i] = (into[i] as number) + own * own;
      else
        for (let j = 0; j <= i; j++) into[i * size + j] = (into[i * size + j] as number) + own * (centred[j] as number);
    }
  }
}

function means(rows: ArrayLike<number>, size: number): Float64Array {
  const count = rows.length / size;
  const mean = new Float64Array(size);
  for (let column = 0; column < size; column++) {
    // Differences to the first number, so that a large one costs no digits.
    const first = rows[column] as number;
    let sum = 0;
    for (let at = column; at < rows.length; at += size) sum += (rows[at] as number) - first;
    mean[column] = first + sum / count;
  }
  return mean;
}

/**
 * Moments of columns, for parts that start from data. Chunks are merged as Chan, Golub & LeVeque (1979) merge them, so that neither
 * large means nor many rows cost digits. `correlated` keeps the products of all pairs of columns too: the square of their number.
 */
export function runningMoments(
  columns: number,
  { correlated = false }: { readonly correlated?: boolean } = {},
): RunningMoments {
  const mean = new Float64Array(columns);
  const sums = new Float64Array(correlated ? columns * columns : columns);
  const first = new Float64Array(columns);
  const varies = new Uint8Array(columns);
  let count = 0;
  const own = (column: number): number => sums[correlated ? column * columns + column : column] as number;
  const deviationOf = (column: number): number => (varies[column] ? Math.sqrt(own(column) / count) : 0);
  return {
    get count() {
      return count;
    },
    add(rows) {
      const added = rows.length / columns;
      if (added === 0) return;
      if (count === 0) for (let column = 0; column < columns; column++) first[column] = rows[column] as number;
      for (let at = 0; at < rows.length; at++) if (rows[at] !== first[at % columns]) varies[at % columns] = 1;
      const chunk = means(rows, columns);
      products(rows, chunk, sums, correlated);
      const total = count + added;
      const apart = chunk.map((value, column) => value - (mean[column] as number));
      const weight = (count * added) / total;
      for (let i = 0; i < columns; i++) {
        const move = apart[i] as number;
        mean[i] = (mean[i] as number) + (move * added) / total;
        if (!correlated) sums[i] = (sums[i] as number) + weight * move ** 2;
        else
          for (let j = 0; j <= i; j++)
            sums[i * columns + j] = (sums[i * columns + j] as number) + weight * move * (apart[j] as number);
      }
      count = total;
    },
    mean: () => mean.map((value, column) => (varies[column] ? value : (first[column] as number))),
    deviation: () => Float64Array.from({ length: columns }, (_, column) => deviationOf(column)),
    correlations() {
      const matrix = new Float64Array(columns * columns);
      for (let i = 0; i < columns; i++) {
        for (let j = 0; j < i; j++) {
          const spread = deviationOf(i) * deviationOf(j);
          matrix[i * columns + j] = spread === 0 ? 0 : (sums[i * columns + j] as number) / count / spread;
        }
        matrix[i * columns + i] = 1;
      }
      return matrix;
    },
  };
}
