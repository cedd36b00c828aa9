import '@tensorflow/tfjs-backend-cpu';
import { flow, randomSource } from '@diffeo/core';
import { ready, setBackend, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { gaussianise } from './gaussianise.ts';
import { alongMarginal, backAlongMarginal, marginalCurve } from './marginal-curve.ts';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const source = randomSource(1);
const skewed = Array.from({ length: 400 }, () => Math.exp(source.normal()));

test('on the host a curve is that of gaussianise(), in both directions and beyond its ends', async () => {
  const model = flow({ eventShape: [1], layers: [gaussianise()] });
  const params = await model.start(model.init(1), tensor2d(skewed, [400, 1]));
  const curve = marginalCurve(skewed);
  const places = [-40, 0, 0.2, 1, 3.3, 900];
  const { value, logDet } = model.toBase(params, tensor2d(places, [places.length, 1]));
  const [values, slopes] = [value.dataSync(), logDet.dataSync()];
  for (const [i, x] of places.entries()) {
    const own = alongMarginal(curve, x);
    expect(own.value).toBeCloseTo(values[i] as number, 3);
    expect(own.logSlope).toBeCloseTo(slopes[i] as number, 3);
    expect(Math.abs(backAlongMarginal(curve, own.value) - x)).toBeLessThan(1e-9 * (1 + Math.abs(x)));
  }
});

test('nothing, and what is not finite, is refused', () => {
  expect(() => marginalCurve([])).toThrow('at least one, all finite');
  expect(() => marginalCurve([1, Number.NaN])).toThrow('at least one, all finite');
});
