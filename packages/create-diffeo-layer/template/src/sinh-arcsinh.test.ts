import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import type { RowFunction, TransformedRow } from '@diffeo/testing';
import { testLayer } from '@diffeo/testing/vitest';
import { expect, test } from 'vitest';
import { conformance } from './conformance.ts';
import { sinhArcsinh } from './sinh-arcsinh.ts';

testLayer(sinhArcsinh, conformance['{{name}}/sinh-arcsinh']);

/** The inverse of one row as the paper has it, in float64: written again, so that one mistake is not made twice. */
const asInThePaper: RowFunction<TransformedRow> = (x, params) => {
  const at = (path: string, i: number) => Math.tanh(params.get(path)?.[i] ?? Number.NaN);
  const value = Array.from(x, (xi, i) => Math.sinh(Math.exp(at('logTail', i)) * Math.asinh(xi) - at('skew', i)));
  const slopes = Array.from(
    x,
    (xi, i) => (Math.exp(at('logTail', i)) * Math.hypot(1, value[i] ?? 0)) / Math.hypot(1, xi),
  );
  return { value, logDet: slopes.reduce((total, slope) => total + Math.log(slope), 0) };
};
testLayer(sinhArcsinh, { only: ['reference'], contextShapes: [null], reference: { inverse: asInThePaper } });

test.each([0, 3, Number.NaN])('a bound of %s is refused', (bound) => {
  expect(() => sinhArcsinh({ bound })).toThrowError(/bound/);
});
