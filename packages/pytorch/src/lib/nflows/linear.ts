import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import { luPiece, matrixPiece } from '../parts/affine-pieces.ts';
import type { Piece } from '../parts/piece.ts';
import type { NflowsRecipe } from './nflows-recipe.ts';

const softplus = (a: number): number => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

/** `LULinear` of nflows and of normflows: z = L·U·x + bias, the diagonal of U softplus(a) + eps. Its triangles are stored row by row. */
export function luLinear(dict: StateDict, { eps = 1e-3 }: Pick<NflowsRecipe, 'eps'>): Piece {
  const bias = dict.take('bias').values;
  const size = bias.length;
  const [lower, upper] = [dict.take('lower_entries').values, dict.take('upper_entries').values];
  const diagonal = dict.take('unconstrained_upper_diag').values;
  const factors = new Float64Array(size * size);
  let [below, above] = [0, 0];
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const at = row * size + column;
      if (column < row) factors[at] = lower[below++] as number;
      else if (column > row) factors[at] = upper[above++] as number;
      else factors[at] = softplus(diagonal[row] as number) + eps;
    }
  if (below !== lower.length || above !== upper.length) {
    refuse(dict.path, `triangles of ${lower.length} and ${upper.length} numbers for ${size} features`);
  }
  return luPiece(dict.path, factors, bias);
}

type Matrix = readonly Float64Array[];

const identity = (size: number): Matrix =>
  Array.from({ length: size }, (_, i) => Float64Array.from({ length: size }, (_column, j) => (i === j ? 1 : 0)));

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) =>
    Float64Array.from(b[0] as Float64Array, (_, j) =>
      row.reduce((sum, v, k) => sum + v * ((b[k] as Float64Array)[j] as number), 0),
    ),
  );

/** The matrix Q of z = Q·x for the reflections of a `HouseholderSequence`, the first of which data meet first. */
function householder(dict: StateDict): Matrix {
  const { shape, values } = dict.take('q_vectors');
  const [count = 0, size = 0] = shape;
  let matrix = identity(size);
  for (let i = 0; i < count; i++) {
    const q = values.subarray(i * size, (i + 1) * size);
    const squared = q.reduce((sum, v) => sum + v * v, 0);
    if (squared === 0) refuse(dict.path, `reflection ${i} has a normal of length 0`);
    const mirror = identity(size).map((row, r) =>
      row.map((v, c) => v - (2 * (q[r] as number) * (q[c] as number)) / squared),
    );
    matrix = product(mirror, matrix);
  }
  return matrix;
}

/** An upper triangle by its entries row by row, and its diagonal. */
function upperTriangle(entries: Float64Array, diagonal: Float64Array): Matrix {
  const size = diagonal.length;
  let next = 0;
  return Array.from({ length: size }, (_, row) =>
    Float64Array.from({ length: size }, (_column, column) => {
      if (column < row) return 0;
      return column === row ? (diagonal[row] as number) : (entries[next++] as number);
    }),
  );
}

/** The other linear transforms of nflows, as the matrices that they are: `NaiveLinear`, `QRLinear`, `SVDLinear`, `HouseholderSequence`. */
export function matrixLinear(dict: StateDict, recipe: Pick<NflowsRecipe, 'eps'>): Piece {
  if (dict.has('q_vectors')) {
    const matrix = householder(dict);
    return matrixPiece(flat(matrix), matrix.length, null);
  }
  const bias = dict.take('bias').values;
  if (dict.has('_weight')) return matrixPiece(dict.take('_weight').values, bias.length, bias);
  if (dict.has('log_upper_diag')) {
    const upper = upperTriangle(dict.take('upper_entries').values, dict.take('log_upper_diag').values.map(Math.exp));
    return matrixPiece(flat(product(householder(dict.at('orthogonal')), upper)), bias.length, bias);
  }
  const { eps = 1e-3 } = recipe;
  const diagonal = dict.take('unconstrained_diagonal').values.map((a) => softplus(a) + eps);
  const second = householder(dict.at('orthogonal_2')).map((row, i) => row.map((v) => v * (diagonal[i] as number)));
  return matrixPiece(flat(product(householder(dict.at('orthogonal_1')), second)), bias.length, bias);
}

const flat = (matrix: Matrix): Float64Array => Float64Array.from(matrix.flatMap((row) => [...row]));
