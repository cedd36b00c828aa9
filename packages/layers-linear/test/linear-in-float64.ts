// The linear layers in float64, data → base, one row at a time and written apart from them: the matrix from its parameters by its
// definition (mirrors one after another, exponentials by their series), the product by loops, the log-determinant by elimination.
import { logAbsDeterminant, type RowFunction, type TransformedRow } from '@diffeo/testing';

type Matrix = readonly (readonly number[])[];
type Numbers = ReadonlyMap<string, Float64Array>;

const made = (size: number, entry: (row: number, column: number) => number): Matrix =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => entry(i, j)));
const at = (values: ArrayLike<number>, k: number): number => values[k] as number;
const entry = (matrix: Matrix, i: number, j: number): number => at(matrix[i] as readonly number[], j);
const identity = (size: number): Matrix => made(size, (i, j) => Number(i === j));
const times = (a: Matrix, b: Matrix): Matrix =>
  made(a.length, (i, j) => a.reduce((total, _, k) => total + entry(a, i, k) * entry(b, k, j), 0));
const bounded = (value: number, bound: number): number => bound * Math.tanh(value / bound);
const named = (params: Numbers, name: string): Float64Array => {
  const found = params.get(name);
  if (!found) throw new Error(`no parameter '${name}' among ${[...params.keys()].join(', ')}`);
  return found;
};

/** z = W·x + bias at one position. */
const product =
  (matrixOf: (size: number, params: Numbers) => Matrix): RowFunction<TransformedRow> =>
  (row, params) => {
    const size = row.length;
    const matrix = matrixOf(size, params);
    const bias = params.get('bias') ?? new Float64Array(size);
    return {
      value: matrix.map((w, i) => w.reduce((total, weight, j) => total + weight * at(row, j), at(bias, i))),
      logDet: logAbsDeterminant(matrix.flat(), size),
    };
  };

/** The diagonal's log-scale is bounded as the layers say; 5 is their default. */
const triangle = (size: number, values: Float64Array, lower: boolean): Matrix =>
  made(size, (i, j) => {
    const value = at(values, i * size + j);
    if (i === j) return Math.exp(bounded(value, 5));
    return i > j === lower ? value : 0;
  });

const mirrors = (size: number, normals: Float64Array): Matrix => {
  let matrix = identity(size);
  for (let k = 0; k < normals.length / size; k++) {
    const v = normals.slice(k * size, (k + 1) * size);
    const square = v.reduce((total, value) => total + value * value, 0);
    matrix = times(
      matrix,
      made(size, (i, j) => Number(i === j) - (2 * at(v, i) * at(v, j)) / square),
    );
  }
  return matrix;
};

/** exp(A) by its series, in small steps. */
const exponential = (size: number, a: Matrix): Matrix => {
  const halvings = 12;
  const small = made(size, (i, j) => entry(a, i, j) / 2 ** halvings);
  let [term, total] = [identity(size), identity(size)];
  for (let k = 1; k < 20; k++) {
    const next = times(term, small);
    term = made(size, (i, j) => entry(next, i, j) / k);
    const [sum, more] = [total, term];
    total = made(size, (i, j) => entry(sum, i, j) + entry(more, i, j));
  }
  for (let k = 0; k < halvings; k++) total = times(total, total);
  return total;
};

export const fullInFloat64 = product((size, params) => made(size, (i, j) => at(named(params, 'weight'), i * size + j)));

export const pluInFloat64 = product((size, params) => {
  const [factors, sign, permutation] = ['factors', 'sign', 'permutation'].map((name) => named(params, name)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const lower = made(size, (i, j) => (i === j ? 1 : i > j ? at(factors, i * size + j) : 0));
  const upper = made(size, (i, j) => {
    const value = at(factors, i * size + j);
    return i === j ? at(sign, i) * Math.exp(bounded(value, 5)) : i < j ? value : 0;
  });
  const rows = times(lower, upper);
  const order = [...permutation];
  return made(size, (i, j) => entry(rows, order.indexOf(i), j));
});

export const reflectionsInFloat64 = product((size, params) =>
  size === 1 ? identity(1) : mirrors(size, named(params, 'normals')),
);

export const exponentialInFloat64 = product((size, params) => {
  if (size === 1) return identity(1);
  const a = named(params, 'generator');
  return exponential(
    size,
    made(size, (i, j) => at(a, i * size + j) - at(a, j * size + i)),
  );
});

export const lowerInFloat64 = product((size, params) => triangle(size, named(params, 'triangle'), true));
export const upperInFloat64 = product((size, params) => triangle(size, named(params, 'triangle'), false));

export const qrInFloat64 = product((size, params) => {
  const upper = triangle(size, named(params, 'triangle'), false);
  return size === 1 ? upper : times(mirrors(size, named(params, 'normals')), upper);
});

export const lowRankInFloat64 = product((size, params) => {
  const [scale, factor] = [named(params, 'logScale'), named(params, 'factor')];
  const rank = factor.length / size;
  return made(size, (i, j) => {
    let total = i === j ? Math.exp(bounded(at(scale, i), 5)) : 0;
    for (let k = 0; k < rank; k++) total += at(factor, i * rank + k) * at(factor, j * rank + k);
    return total;
  });
});
