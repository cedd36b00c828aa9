import type { Dataset } from '@diffeo/datasets';

/** The rows of both, one after the other. */
export function joinedRows(a: Dataset, b: Dataset): Dataset<Float32Array> {
  const values = new Float32Array(a.values.length + b.values.length);
  values.set(a.values);
  values.set(b.values, a.values.length);
  return { ...a, values, count: a.count + b.count };
}
