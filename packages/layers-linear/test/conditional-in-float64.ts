// The conditional linear layer in float64 without a context, data → base, one row at a time and written apart from it: the matrix entry by entry, the log-determinant by elimination.
import { logAbsDeterminant, type RowFunction, type TransformedRow } from '@diffeo/testing';

type Kind = 'lu' | 'lower' | 'upper' | 'low-rank';

/** 5 is the default bound. */
const scaleOf = (raw: number): number => Math.exp(5 * Math.tanh(raw / 5));

/** Entry (i, j) of the matrix of `size` rows that raw numbers make. */
function entryOf(kind: Kind, raw: Float64Array, size: number, rank: number): (i: number, j: number) => number {
  const at = (k: number): number => raw[k] as number;
  const lower = (i: number, j: number): number => (i > j ? at(i * size + j) : Number(i === j));
  const upper = (i: number, j: number): number => (i < j ? at(i * size + j) : i === j ? scaleOf(at(i * size + i)) : 0);
  const sumOf = (count: number, term: (k: number) => number): number =>
    Array.from({ length: count }, (_, k) => term(k)).reduce((a, b) => a + b, 0);
  switch (kind) {
    case 'lu':
      return (i, j) => sumOf(size, (k) => lower(i, k) * upper(k, j));
    case 'lower':
      return (i, j) => (i === j ? scaleOf(at(i * size + i)) : lower(i, j));
    case 'upper':
      return upper;
    case 'low-rank':
      return (i, j) =>
        (i === j ? scaleOf(at(i)) : 0) + sumOf(rank, (k) => at((k + 1) * size + i) * at((k + 1) * size + j));
  }
}

/** z = W·x + b of a vector. */
export const conditionalInFloat64 =
  (kind: Kind, rank = 1): RowFunction<TransformedRow> =>
  (row, params) => {
    const size = row.length;
    const own = params.get('own') as Float64Array;
    const entry = entryOf(kind, own, size, rank);
    const matrix = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => entry(i, j)));
    const bias = own.subarray(own.length - size);
    return {
      value: matrix.map((weights, i) =>
        weights.reduce((sum, weight, j) => sum + weight * (row[j] as number), bias[i] as number),
      ),
      logDet: logAbsDeterminant(matrix.flat(), size),
    };
  };
