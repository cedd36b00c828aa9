import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import type { RowFunction, TransformedRow } from '@diffeo/testing';
import { testLayer } from '@diffeo/testing/vitest';
import { conformance } from './conformance.ts';
import { planar } from './planar.ts';

/** The inverse of one row as the paper has it, in float64. */
const asInThePaper: RowFunction<TransformedRow> = (x, params, context) => {
  const leaf = (path: string) => [...(params.get(path) ?? [])];
  const dot = (a: Iterable<number>, b: readonly number[]) =>
    Array.from(a).reduce((s, ai, i) => s + ai * (b[i] ?? 0), 0);
  const [w, shift, [offset = 0]] = [leaf('direction'), leaf('shift'), leaf('offset')];
  const u = shift.map((s) => (0.95 * s) / Math.hypot(1, dot(w, shift)));
  const alpha = dot(x, w) + offset + dot(context ?? [], leaf('byContext'));
  const value = Array.from(x, (xi, i) => xi + (u[i] ?? 0) * Math.tanh(alpha));
  return { value, logDet: Math.log(1 + dot(w, u) / Math.cosh(alpha) ** 2) };
};

testLayer(planar, { ...conformance['planar-layer/planar'], reference: { inverse: asInThePaper } });
