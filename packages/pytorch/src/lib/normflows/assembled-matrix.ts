import type { StateDict } from '../file/state-dict.ts';

/** The matrix W of an `InvertibleAffine` or an `Invertible1x1Conv`, row-major: kept as it is, or as P·L·(U + diag(S)). */
export function assembledMatrix(dict: StateDict): { readonly matrix: Float64Array; readonly size: number } {
  if (dict.has('W')) {
    const { values, shape } = dict.take('W');
    return { matrix: values, size: shape[0] ?? 0 };
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
  return { matrix: product(p, product(lower, upper)), size };
}
