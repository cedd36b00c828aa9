// The classic maps in float64, data → base, one row at a time and written apart from the layers: each by its paper's formula, and the log-determinant by elimination in a
// Jacobian of differences, which knows nothing of the lemmas that the layers use.
import type { RowFunction, TransformedRow } from '@diffeo/testing';

type Row = readonly number[];
type Matrix = readonly Row[];

const dot = (a: Row, b: Row): number => a.reduce((sum, v, i) => sum + v * (b[i] as number), 0);
const times = (matrix: Matrix, v: Row): number[] => matrix.map((row) => dot(row, v));
const bounded = (a: number, c: number): number => c * Math.tanh(a / c);

/** log |det| by elimination with the largest pivot. */
function logAbsDeterminant(matrix: Matrix): number {
  const rows = matrix.map((row) => [...row]);
  let total = 0;
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row) => (Math.abs(row[k] as number) > Math.abs(best[k] as number) ? row : best));
    rows[rows.indexOf(pivot)] = rows[k] as number[];
    rows[k] = pivot;
    total += Math.log(Math.abs(pivot[k] as number));
    for (const row of rows.slice(k + 1)) {
      const multiple = (row[k] as number) / (pivot[k] as number);
      for (const j of row.keys()) row[j] = (row[j] as number) - multiple * (pivot[j] as number);
    }
  }
  return total;
}

/** A map of rows with the log-determinant of its Jacobian. */
function withLogDet(map: (x: Row) => number[], x: Row): TransformedRow {
  const h = 1e-5;
  const columns = x.map((_, j) => {
    const moved = (by: number): number[] => map(x.map((v, i) => (i === j ? v + by : v)));
    const [above, below] = [moved(h), moved(-h)];
    return above.map((v, i) => (v - (below[i] as number)) / (2 * h));
  });
  return { value: map(x), logDet: logAbsDeterminant(columns) };
}

const ownOf = (params: ReadonlyMap<string, Float64Array>): number[] => [...(params.get('own') as Float64Array)];

export const planarInFloat64: RowFunction<TransformedRow> = (point, params) => {
  const [own, size] = [ownOf(params), point.length];
  const [w, v, b] = [own.slice(0, size), own.slice(size, 2 * size), own[2 * size] as number];
  const m = Math.expm1(bounded(dot(w, v), 4));
  const u = v.map((pull, i) => pull + ((m - dot(w, v)) * (w[i] as number)) / dot(w, w));
  return withLogDet((x) => x.map((value, i) => value + (u[i] as number) * Math.tanh(dot(w, x) + b)), [...point]);
};

export const radialInFloat64: RowFunction<TransformedRow> = (point, params) => {
  const [own, size] = [ownOf(params), point.length];
  const [centre, reach] = [own.slice(0, size), Math.exp(bounded(own[size] as number, 3))];
  const beta = reach * Math.expm1(bounded(own[size + 1] as number, 3));
  return withLogDet(
    (x) => {
      const r = Math.hypot(...x.map((value, i) => value - (centre[i] as number)));
      return x.map((value, i) => value + (beta / (reach + r)) * (value - (centre[i] as number)));
    },
    [...point],
  );
};

/** The first columns of a product of mirrors, applied one after another. */
function mirrored(normals: Matrix, size: number, rank: number): Matrix {
  const columns = Array.from({ length: rank }, (_, j) =>
    Array.from({ length: size }, (_row, i): number => (i === j ? 1 : 0)),
  );
  for (const v of [...normals].reverse()) {
    for (const [j, column] of columns.entries()) {
      const twice = (2 * dot(v, column)) / dot(v, v);
      columns[j] = column.map((value, i) => value - twice * (v[i] as number));
    }
  }
  return columns;
}

export const sylvesterInFloat64: RowFunction<TransformedRow> = (point, params) => {
  const size = point.length;
  const flat = [...(params.get('normals') as Float64Array)];
  const rank = flat.length / size;
  const own = ownOf(params);
  const triangle = (begin: number): Matrix =>
    Array.from({ length: rank }, (_, i) =>
      Array.from({ length: rank }, (_column, j) => {
        const raw = own[begin + i * rank + j] as number;
        return j > i ? raw : j === i ? 0.995 * Math.tanh(raw) : 0;
      }),
    );
  const [r, inner, b] = [triangle(0), triangle(rank * rank), own.slice(2 * rank * rank)];
  const columns = mirrored(
    Array.from({ length: rank }, (_, k) => flat.slice(k * size, (k + 1) * size)),
    size,
    rank,
  );
  return withLogDet(
    (x) => {
      const bent = times(inner, times(columns, x)).map((v, i) => Math.tanh(v + (b[i] as number)));
      const turned = times(r, bent);
      return x.map(
        (value, i) =>
          value + columns.reduce((sum, column, k) => sum + (column[i] as number) * (turned[k] as number), 0),
      );
    },
    [...point],
  );
};
