import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { differentiate, logOnePlus, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { setBackend, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { inverseLogErfc, logErfc } from '../transforms/tails/log-erfc.ts';
import { expMinusOne } from './exp-minus-one.ts';
import { softPlus } from './soft-plus.ts';

/** log erfc by its continued fraction far out and by its series near 0, in float64. */
function logErfcInFloat64(u: number): number {
  if (u > 3) {
    let tail = 0;
    for (let k = 60; k > 0; k--) tail = k / 2 / (u + tail);
    return -u * u - Math.log(u + tail) - 0.5 * Math.log(Math.PI);
  }
  let [term, total] = [u, u];
  for (let n = 1; n < 80; n++) {
    term *= (-u * u) / n;
    total += term / (2 * n + 1);
  }
  return Math.log1p((-2 / Math.sqrt(Math.PI)) * total);
}

const both = [1e-30, 1e-7, 3e-4, 0.02, 0.4, 1, 2.5, 8, 30, 80];
const signed = [...both.map((v) => -v), 0, ...both];

/** Of each function: points, the truth, its slope, and the size that errors of its value are relative to. */
const functions: Record<
  string,
  [(x: Tensor) => Tensor, readonly number[], (x: number) => number, (x: number) => number, number]
> = {
  softPlus: [
    softPlus,
    signed,
    (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    (x) => 1 / (1 + Math.exp(-x)),
    0,
  ],
  expMinusOne: [expMinusOne, signed, Math.expm1, Math.exp, 0],
  logOnePlus: [logOnePlus, [-0.9, -0.3, -1e-7, ...both], Math.log1p, (x) => 1 / (1 + x), 0],
  // The polynomial is right to 1.2e-7 of erfc, and no better near 0.
  logErfc: [
    logErfc,
    [0, ...both],
    logErfcInFloat64,
    (u) => (-2 / Math.sqrt(Math.PI)) * Math.exp(-u * u - logErfcInFloat64(u)),
    1,
  ],
};

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    registerGradients();
  });

  test.each(Object.entries(functions))(
    '%s and its slope are right to float32, for small numbers too',
    (_, [run, points, truth, slope, floor]) => {
      tidied(() => {
        const x = tensor1d([...points]);
        const at = [...x.dataSync()];
        const { value, grads } = differentiate(() => sum(run(x)), [x]);
        value.dispose();
        for (const [i, found] of run(x).dataSync().entries()) {
          const expected = truth(at[i] as number);
          expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-6 * Math.max(floor, Math.abs(expected)) + 1e-37);
        }
        for (const [i, found] of (grads[0] as Tensor).dataSync().entries()) {
          const expected = slope(at[i] as number);
          expect(Math.abs(found - expected)).toBeLessThanOrEqual(3e-6 * Math.abs(expected) + 1e-37);
        }
      });
    },
  );

  test('inverseLogErfc undoes logErfc, and its slope is the reciprocal', () => {
    tidied(() => {
      const u = [1e-3, 0.1, 0.5, 1, 2, 4, 10, 100, 1e4];
      const a = tensor1d(u.map((v) => -logErfcInFloat64(v)));
      const { grads } = differentiate(() => sum(inverseLogErfc(a)), [a]);
      const slopes = (grads[0] as Tensor).dataSync();
      for (const [i, found] of inverseLogErfc(a).dataSync().entries()) {
        const truth = u[i] as number;
        expect(Math.abs(found - truth)).toBeLessThan(1e-6 * Math.max(1, truth));
        const slope = (Math.sqrt(Math.PI) / 2) * Math.exp(truth * truth + logErfcInFloat64(truth));
        expect(Math.abs((slopes[i] as number) - slope)).toBeLessThan(1e-5 * slope);
      }
    });
  });
});
