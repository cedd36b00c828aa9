import type { StateDict } from '../file/state-dict.ts';

/** The matrix M of z = M·x of an `InvertibleAffine`, which multiplies rows by W from the right, row-major: W itself, or P·L·(U + diag(S)). */
export function assembledMatrix(dict: StateDict): { readonly matrix: Float64Array; readonly size: number } {
  const transposed = (w: Float64Array, size: number) => ({
    size,
    matrix: w.map((_, at) => w[(at % size) * size + Math.floor(at / size)] as number),
  });
  if (dict.has('W')) {
    const { values, shape } = dict.take('W');
    return transposed(values, shape[0] ?? 0);
  }
  dict.take('eye');
  const [p, l, u, sign, log] = ['P', 'L', 'U', 'sign_S', 'log_S'].map((name) => dict.take(name).values) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const size = log.length;
  const at = (of: Float64Array, row: number, column: number): number => of[row * size + column] as number;
  const lower = l.map((value, k) =>
    k % size < Math.floor(k / size) ? value : k % size === Math.floor(k / size) ? 1 : 0,
  );
  const upper = u.map((value, k) => {
    const [row, column] = [Math.floor(k / size), k % size];
    if (row === column) return (sign[row] as number) * Math.exp(log[row] as number);
    return row < column ? value : 0;
  });
  const product = (a: Float64Array, b: Float64Array): Float64Array =>
    a.map((_, k) => {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += at(a, Math.floor(k / size), i) * at(b, i, k % size);
      return sum;
    });
  return transposed(product(p, product(lower, upper)), size);
}
