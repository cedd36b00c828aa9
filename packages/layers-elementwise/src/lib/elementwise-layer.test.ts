import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { chain, type FlowParams, flow, type Spec, uniformBox } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import {
  affine,
  exp,
  heavyTails,
  leakyRelu,
  power,
  rationalQuadratic,
  sigmoid,
  sinhArcsinh,
  softplus,
  tanh,
  yeoJohnson,
} from '@diffeo/ops';
import { type Capabilities, type LayerOptions, listChecks, type Source } from '@diffeo/testing';
import { testLayer } from '@diffeo/testing/vitest';
import { setBackend, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { tailInFloat64, transformInFloat64 } from '../../test/transforms-in-float64.ts';
import { elementwise } from './elementwise.ts';

const transforms: Readonly<Record<string, Spec<'transform'>>> = {
  exp: exp(),
  softplus: softplus(),
  sigmoid: sigmoid(),
  tanh: tanh(),
  'leaky-relu': leakyRelu(),
  power: power(),
  'yeo-johnson': yeoJohnson(),
  'sinh-arcsinh': sinhArcsinh(),
  'heavy-tails': heavyTails(),
};

/** A layer's map of single numbers, with raw parameters of one number. */
function mapOf(name: string, raw: readonly number[]) {
  const layer = elementwise({ transform: transforms[name] as Spec<'transform'> });
  const positive = name === 'power';
  // The power maps positive numbers, and no base of ours has those: exp() behind it gives them.
  const { bijector } = flow({
    eventShape: [1],
    layers: positive ? [layer, elementwise({ transform: exp() })] : [layer],
  });
  const own = raw.length > 0 ? { raw: tensor1d([...raw]) } : {};
  const params = (positive ? [own, {}] : [own]) as unknown as FlowParams['layers'];
  return (direction: 'forward' | 'inverse', points: readonly number[]) =>
    tidied(() => {
      const given = positive && direction === 'forward' ? points.map(Math.log) : [...points];
      const { value, logDet } = bijector[direction](params, tensor2d(given, [points.length, 1]), {});
      const logs = positive
        ? points.map((x, i) => (direction === 'forward' ? Math.log(x) : -(value.dataSync()[i] as number)))
        : null;
      return {
        value: [...value.dataSync()].map((v) => (positive && direction === 'inverse' ? Math.exp(v) : v)),
        // Without the slope of exp.
        logDet: [...logDet.dataSync()].map((v, i) => v - (logs?.[i] ?? 0)),
      };
    });
}

const points = [-6, -2.3, -0.7, -1e-2, 1e-2, 0.4, 1.9, 5];
const cases = Object.entries({
  ...{ exp: [[]], softplus: [[]], sigmoid: [[]], tanh: [[]] },
  ...{ 'leaky-relu': [[0], [1.2], [-4]], power: [[0], [0.8], [-3]], 'yeo-johnson': [[0], [0.7], [-5]] },
  'sinh-arcsinh': [
    [0, 0],
    [0.6, -0.8],
    [-3, 0.5],
  ],
  'heavy-tails': [
    [0, 0, 0, 0],
    [0.5, -1, 2, -2],
    [-1, 1, -3, 20],
  ],
}).flatMap(([name, raws]) => raws.map((raw) => [name, raw] as const));

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
  });

  test.each(cases)('%s with %j is a float64 evaluation written apart from it, in both directions', (name, raw) => {
    const map = mapOf(name, raw);
    const given = name === 'power' ? points.map(Math.abs) : points;
    const there = map('forward', given);
    for (const [i, x] of given.entries()) {
      const truth = transformInFloat64(name, raw, Math.fround(x));
      expect(Math.abs((there.value[i] as number) - truth.value)).toBeLessThan(
        4e-6 * Math.max(0.1, Math.abs(truth.value)),
      );
      expect(Math.abs((there.logDet[i] as number) - truth.logSlope)).toBeLessThan(2e-5);
    }
    const images = given.map((x) => Math.fround(transformInFloat64(name, raw, x).value));
    const back = map('inverse', images);
    for (const [i, x] of given.entries()) {
      // A rounding of the image is as much more in x as the slope is below 1.
      const { value, logSlope } = transformInFloat64(name, raw, x);
      const rounding = 1e-6 * (1 + Math.abs(x) + Math.abs(value) * Math.exp(-logSlope));
      expect(Math.abs((back.value[i] as number) - x)).toBeLessThan(rounding);
      expect(Math.abs((back.logDet[i] as number) + logSlope)).toBeLessThan(2e-5 + 4 * rounding);
    }
  });

  test.each([
    ['exp', [], [-80, -30, 30, 80]],
    ['softplus', [], [-80, -30, 30, 1e4, 1e30]],
    ['sigmoid', [], [-80, -30, -17, 30]],
    ['tanh', [], [-30, -12, 12, 30]],
    ['leaky-relu', [1.2], [-1e30, -1e4, 1e4, 1e30]],
    ['power', [0.8], [1e-15, 1e-4, 1e4, 1e15]],
    ['yeo-johnson', [0.7], [-1e30, -1e4, 1e4, 1e15]],
    ['yeo-johnson', [-5], [-1e15, -1e4, 1e4, 1e30]],
    ['sinh-arcsinh', [0.6, 0.8], [-1e30, -1e4, 1e4, 1e30]],
    ['sinh-arcsinh', [-3, -0.5], [-1e20, -1e4, 1e4, 1e20]],
  ] as const)('%s with %j far out at %j is a float64 evaluation', (name, raw, far) => {
    const { value, logDet } = mapOf(name, raw)('forward', far);
    for (const [i, x] of far.entries()) {
      const truth = tailInFloat64(name, raw, Math.fround(x));
      // An exponential of many digits before the point has as many fewer behind it.
      const digits = 4e-6 * Math.max(1, Math.abs(Math.log(Math.abs(truth.value))));
      expect(Math.abs((value[i] as number) / truth.value - 1)).toBeLessThan(digits);
      expect(Math.abs((logDet[i] as number) - truth.logSlope)).toBeLessThan(
        4e-6 * Math.max(5, Math.abs(truth.logSlope)),
      );
    }
  });

  test('data outside of the interval of a transform have the density 0', () => {
    for (const name of ['exp', 'softplus', 'sigmoid', 'tanh']) {
      const { value, logDet } = mapOf(name, [])('inverse', [-1.5]);
      expect(value.every(Number.isFinite)).toBe(true);
      expect(logDet).toEqual([Number.NEGATIVE_INFINITY]);
    }
  });
});

test('a flow refuses a base, and neighbours, of other numbers', () => {
  const layer = (transform: Spec<'transform'>) => elementwise({ transform });
  const refused = (layers: readonly Spec<'layer'>[], base?: Spec<'base'>) =>
    expect(() => flow({ eventShape: [2], layers, ...(base && { base }) })).toThrow(
      expect.objectContaining({ code: 'SUPPORT' }),
    );
  refused([layer(power())]);
  refused([layer(exp()), layer(softplus())]);
  refused([layer(sigmoid())], uniformBox({}));
  refused([layer(rationalQuadratic({ tails: 'circular', bound: Math.PI }))]);
  expect(flow({ eventShape: [2], layers: [layer(power()), layer(exp()), layer(affine())] }).baseShape).toEqual([2]);
});

/** Where log-slopes of the inverse break: nowhere; at 0; at the shift, by which raw parameters begin; at the knots of a spline of so many bins. */
const smooth = () => [];
const atZero = () => [0];
type Kinks = NonNullable<Capabilities['kinks']>;
const rawOf = (params: ReadonlyMap<string, Float64Array>, index: number): number[] => {
  const raw = [...(params.get('raw') as Float64Array)];
  // Of events of two numbers.
  return raw.filter((_, i) => i % 2 === index);
};
const atShift: Kinks = (params, index) => rawOf(params, index).slice(0, 1);
const atKnots =
  (bins: number, bound: number): Kinks =>
  (params, index) => {
    const weights = rawOf(params, index).slice(0, bins).map(Math.exp);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let at = -bound;
    const inner = weights.map((weight) => {
      at += 2 * bound * (1e-3 + (1 - 1e-3 * bins) * (weight / total));
      return at;
    });
    return [-bound, ...inner];
  };

const small = { eventShapes: [[2]], contextShapes: [null], backends: ['wasm'], trainingSteps: 30 } as const;
/** Densities of positive numbers fall off slowly, and a grid of two of them would be coarse: those are looked at in one dimension, all else in two. */
const onGrids = ['density-integrates', 'samples-match-density'];
const others = listChecks('layer')
  .map(({ name }) => name)
  .filter((name) => !onGrids.includes(name));
function proveOnPart(layer: Source<'layer'>, capabilities: Capabilities): void {
  const options: LayerOptions = { ...small, capabilities };
  testLayer(layer, { ...options, only: others });
  testLayer(layer, { ...options, eventShapes: [[1]], only: onGrids });
}
const diagonal = { jacobian: 'diagonal' } as const;
const identity = { ...diagonal, identityAtStart: 1e-6 } as const;
for (const transform of [exp(), softplus(), sigmoid(), tanh()])
  proveOnPart(elementwise({ transform }), { ...diagonal, kinks: smooth });
for (const transform of [affine(), yeoJohnson(), sinhArcsinh({ bound: 2 })])
  testLayer(elementwise({ transform }), { ...small, capabilities: { ...identity, kinks: smooth } });
testLayer(elementwise({ transform: leakyRelu() }), { ...small, capabilities: { ...identity, kinks: atZero } });
testLayer(elementwise({ transform: heavyTails() }), { ...small, capabilities: { ...diagonal, kinks: atShift } });
// Of positive numbers to positive ones: exp() behind it makes them from the normal's.
proveOnPart(chain({ layers: [elementwise({ transform: power() }), elementwise({ transform: exp() })] }), diagonal);
testLayer(elementwise({ transform: rationalQuadratic({ bound: 3 }) }), {
  ...{ ...small, capabilities: { ...identity, kinks: atKnots(8, 3) }, points: [-3, 3, 0] },
});
for (const tails of ['bounded', 'circular'] as const)
  testLayer(elementwise({ transform: rationalQuadratic({ bins: 4, bound: 3, tails }) }), {
    ...{ ...small, capabilities: identity, domain: [-3, 3], baseDomain: [-3, 3] },
  });
