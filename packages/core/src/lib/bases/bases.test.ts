import { add, fill, grad, mul, sum, type Tensor, tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectClose, numbers, onEachBackend, refusal, tensorsLeftBy } from '../../../test/backends.ts';
import { build } from '../contract/build.ts';
import type { Base } from '../contract/parts/base.ts';
import type { Spec } from '../contract/parts/spec.ts';
import { type Shape, sizeOf } from '../contract/shape.ts';
import { tidied } from '../gradients/engine.ts';
import { registerGradients } from '../gradients/gradient-table.ts';
import { gradients } from '../gradients/gradients.ts';
import { countParams, leaves, mapParams } from '../params/params.ts';
import { normal } from '../params/seed.ts';
import { contaminatedNormal } from './contaminated-normal.ts';
import { diagonalNormal } from './diagonal-normal.ts';
import { normalMixture } from './normal-mixture.ts';
import { standardNormal } from './standard-normal.ts';
import { studentT } from './student-t.ts';
import { uniformBox } from './uniform-box.ts';

const at = (spec: Spec<'base'>, eventShape: Shape): Base =>
  build(spec, { name: 'base', eventShape, contextShape: null });

/** Abramowitz & Stegun 7.1.26; error below 1.5e-7. */
function normalCdf(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const upper = 0.5 * series * Math.exp(-(x * x) / 2);
  return x > 0 ? 1 - upper : upper;
}
const logNormal = (x: number, mean: number, scale: number): number =>
  -0.5 * ((x - mean) / scale) ** 2 - Math.log(scale) - 0.5 * Math.log(2 * Math.PI);

interface Case {
  /** In one dimension. */
  readonly spec: Spec<'base'>;
  readonly density: (x: number) => number;
  readonly cdf: (x: number) => number;
  /** Where all but 1e-5 of the mass is. */
  readonly range: readonly [number, number];
}
const uniformCdf = (x: number, low: number, high: number) => Math.min(1, Math.max(0, (x - low) / (high - low)));
const cases: Readonly<Record<string, Case>> = {
  'standard normal': {
    spec: standardNormal(),
    density: (x) => Math.exp(logNormal(x, 0, 1)),
    cdf: normalCdf,
    range: [-6, 6],
  },
  'diagonal normal': {
    spec: diagonalNormal({ mean: [-3], scale: [0.25] }),
    density: (x) => Math.exp(logNormal(x, -3, 0.25)),
    cdf: (x) => normalCdf((x + 3) / 0.25),
    range: [-5, -1],
  },
  uniform: {
    spec: uniformBox({ low: -2, high: 3 }),
    density: (x) => (x >= -2 && x <= 3 ? 0.2 : 0),
    cdf: (x) => uniformCdf(x, -2, 3),
    range: [-4, 6],
  },
  'Student t, 1 degree of freedom (Cauchy)': {
    spec: studentT({ degreesOfFreedom: 1 }),
    density: (x) => 1 / (Math.PI * (1 + x * x)),
    cdf: (x) => 0.5 + Math.atan(x) / Math.PI,
    range: [-1e5, 1e5],
  },
  'Student t, 2 degrees of freedom': {
    spec: studentT({ degreesOfFreedom: 2 }),
    density: (x) => (2 + x * x) ** -1.5,
    cdf: (x) => 0.5 + x / (2 * Math.sqrt(2 + x * x)),
    range: [-400, 400],
  },
  'Student t, 3 degrees of freedom': {
    spec: studentT({ degreesOfFreedom: 3 }),
    density: (x) => 2 / (Math.PI * Math.sqrt(3) * (1 + (x * x) / 3) ** 2),
    cdf: (x) => 0.5 + (Math.atan(x / Math.sqrt(3)) + x / Math.sqrt(3) / (1 + (x * x) / 3)) / Math.PI,
    range: [-60, 60],
  },
  'Student t, so many degrees of freedom that it is normal': {
    spec: studentT({ degreesOfFreedom: 1e12 }),
    density: (x) => Math.exp(logNormal(x, 0, 1)),
    cdf: normalCdf,
    range: [-6, 6],
  },
  'contaminated normal': {
    spec: contaminatedNormal({ share: 0.2 }),
    density: (x) => 0.8 * Math.exp(logNormal(x, 0, 1)) + 0.2 / (Math.PI * (1 + x * x)),
    cdf: (x) => 0.8 * normalCdf(x) + 0.2 * (0.5 + Math.atan(x) / Math.PI),
    range: [-1e5, 1e5],
  },
  'mixture of normals': {
    spec: normalMixture({ means: [[-2], [1], [4]], scale: 0.5 }),
    density: (x) => [-2, 1, 4].reduce((total, mean) => total + Math.exp(logNormal(x, mean, 0.5)) / 3, 0),
    cdf: (x) => [-2, 1, 4].reduce((total, mean) => total + normalCdf((x - mean) / 0.5) / 3, 0),
    range: [-6, 8],
  },
};

onEachBackend('in one dimension', () => {
  describe.each(Object.keys(cases))('%s', (name) => {
    const { spec, density, cdf, range } = cases[name] as Case;
    const base = at(spec, [1]);
    const logProb = (values: number[]) =>
      numbers(tidied(() => base.logProb(base.init(1), tensor2d(values, [values.length, 1]), {})));

    test('the log-density is that of the formula', () => {
      const [low, high] = range;
      const points = Array.from({ length: 41 }, (_, i) => low + ((high - low) * (i + 0.25)) / 41);
      const inner = points.map((x) => x / 50 + 0.5);
      const all = [...points, ...inner, 0];
      expectClose(
        logProb(all),
        all.map((x) => Math.log(density(x))),
        3e-6,
      );
    });

    test('integrates to 1', () => {
      // Cells grow away from the middle as sinh does, so that heavy tails fit.
      const [low, high] = range;
      const [middle, half] = [(low + high) / 2, (high - low) / 2];
      const cells = 8000;
      const edge = (i: number) => middle + (half * Math.sinh(12 * (i / cells - 0.5))) / Math.sinh(6);
      const centres = Array.from({ length: cells }, (_, i) => edge(i + 0.5));
      const mass = logProb(centres).reduce((total, log, i) => total + Math.exp(log) * (edge(i + 1) - edge(i)), 0);
      expect(mass).toBeGreaterThan(0.999);
      expect(mass).toBeLessThan(1.001);
    });

    test('samples are distributed as the density says', () => {
      const count = 20_000;
      const sorted = numbers(tidied(() => base.sample(base.init(1), count, 7, 1, {}))).sort((a, b) => a - b);
      const distance = sorted.reduce(
        (most, x, i) => Math.max(most, Math.abs(cdf(x) - i / count), Math.abs(cdf(x) - (i + 1) / count)),
        0,
      );
      // Kolmogorov & Smirnov: below 2.23/√n with a probability of 0.9999.
      expect(distance * Math.sqrt(count)).toBeLessThan(2.23);
    });
  });
});

const every: Readonly<Record<string, Spec<'base'>>> = {
  'standard normal': standardNormal(),
  'diagonal normal': diagonalNormal(),
  uniform: uniformBox(),
  'Student t': studentT(),
  'contaminated normal': contaminatedNormal(),
  'mixture of normals': normalMixture(),
};

onEachBackend('every base', () => {
  describe.each(Object.keys(every))('%s', (name) => {
    const spec = every[name] as Spec<'base'>;

    test('several dimensions are independent, whatever their shape', () => {
      const [flat, shaped] = [at(spec, [6]), at(spec, [2, 3])];
      const params = flat.init(3);
      const z = mul(add(normal([4, 6], 5), 3), 0.15);
      const asEvent = tensor(z.dataSync(), [4, 2, 3]);
      expect(numbers(shaped.logProb(params, asEvent, {}))).toEqual(numbers(flat.logProb(params, z, {})));
      expect(numbers(shaped.sample(params, 4, 2, 1, {}))).toEqual(numbers(flat.sample(params, 4, 2, 1, {})));
      expect(shaped.sample(params, 4, 2, 1, {}).shape).toEqual([4, 2, 3]);
    });

    test('samples come from the seed, and no two dimensions from the same numbers', () => {
      const base = at(spec, [2]);
      const params = base.init(1);
      const draw = (seed: number) => numbers(base.sample(params, 2000, seed, 1, {}));
      expect(draw(1)).toEqual(draw(1));
      expect(draw(2)).not.toEqual(draw(1));
      const ranks = (column: number) => {
        const values = draw(1).filter((_, i) => i % 2 === column);
        const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number));
        const rank = Array<number>(2000).fill(0);
        for (const [i, row] of order.entries()) rank[row] = i / 2000 - 0.5;
        return rank;
      };
      if (name !== 'mixture of normals') {
        const [a, b] = [ranks(0), ranks(1)];
        const correlation = a.reduce((total, value, i) => total + value * (b[i] as number), 0) * (12 / 2000);
        expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(2000));
      }
    });

    test('temperature scales the spread, for all dimensions or for each', () => {
      const base = at(spec, [2]);
      const params = base.init(1);
      const draw = (temperature: number | Tensor) => numbers(base.sample(params, 5, 4, temperature, {}));
      const [plain, centre] = [draw(1), draw(0)];
      const between = (t: (i: number) => number) =>
        plain.map((value, i) => (centre[i] as number) + t(i) * (value - (centre[i] as number)));
      expectClose(
        draw(0.7),
        between(() => 0.7),
        2e-6,
      );
      expectClose(
        draw(tensor1d([0.7, 2])),
        between((i) => (i % 2 ? 2 : 0.7)),
        2e-6,
      );
      const middle = {
        'standard normal': 0,
        'diagonal normal': 0,
        uniform: 0.5,
        'Student t': 0,
        'contaminated normal': 0,
      }[name];
      if (middle !== undefined) expect(centre.map((value) => value + 0)).toEqual(Array(10).fill(middle));
    });

    test('an empty batch and no samples are empty tensors', () => {
      const base = at(spec, [3]);
      const params = base.init(1);
      expect(base.logProb(params, zeros([0, 3]), {}).shape).toEqual([0]);
      expect(base.sample(params, 0, 1, 1, {}).shape).toEqual([0, 3]);
    });

    test('leaves no tensor behind', () => {
      const base = at(spec, [2]);
      const params = base.init(1);
      expect(tensorsLeftBy(() => tidied(() => base.logProb(params, zeros([3, 2]), {})))).toBe(1);
      expect(tensorsLeftBy(() => tidied(() => base.sample(params, 3, 1, 0.5, {})))).toBe(1);
    });

    test('far out the log-density and its gradient are numbers', () => {
      registerGradients();
      const base = at(spec, [2]);
      const params = base.init(1);
      const far = tensor2d([
        [1e3, -1e3],
        [1e6, 0],
        [-1e18, 1e18],
      ]);
      expect(numbers(base.logProb(params, far, {})).some(Number.isNaN)).toBe(false);
      const slope = grad((z: Tensor) => sum(base.logProb(params, z, {})))(far);
      expect(numbers(slope).every(Number.isFinite)).toBe(true);
    });
  });
});

onEachBackend('what learns', () => {
  beforeAll(registerGradients);

  /** d mean(logProb)/dp by central differences of float64 formulas over the leaves' numbers. */
  function expectGradients(base: Base, logProb: (params: Record<string, number[]>, row: number[]) => number): void {
    const initial = mapParams(
      base.layout,
      base.init(2),
      (tensor, path) => tensor && add(tensor, mul(normal(tensor.shape, path.length), 0.3)),
    ) as Record<string, Tensor>;
    const z = normal([6, 2], 8);
    const rows = Array.from({ length: 6 }, (_, i) => numbers(z).slice(2 * i, 2 * i + 2));
    const host = Object.fromEntries(Object.entries(initial).map(([name, tensor]) => [name, numbers(tensor)]));
    const total = (params: Record<string, number[]>) => rows.reduce((t, row) => t + logProb(params, row), 0);
    expectClose(numbers(sum(base.logProb(initial, z, {}))), [total(host)], 1e-5);
    const { gradients: found } = gradients(base.layout, initial, (params) => sum(base.logProb(params, z, {})));
    for (const { path, tensor } of found) {
      const expected = (host[path] as number[]).map((value, i) => {
        const moved = (by: number) => total({ ...host, [path]: (host[path] as number[]).with(i, value + by) });
        return (moved(1e-5) - moved(-1e-5)) / 2e-5;
      });
      expectClose(numbers(tensor), expected, 3e-5);
    }
    expect(found.length).toBe(Object.keys(host).length);
  }

  test('mean and scale of the diagonal normal', () => {
    expectGradients(at(diagonalNormal({ mean: [1, 2] }), [2]), ({ mean = [], logScale = [] }, row) =>
      row.reduce((total, x, i) => total + logNormal(x, mean[i] as number, Math.exp(logScale[i] as number)), 0),
    );
  });

  test('means, scales and weights of the mixture', () => {
    expectGradients(at(normalMixture({ components: 3 }), [2]), ({ means = [], logScales = [], logits = [] }, row) => {
      const normaliser = Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0));
      const density = logits.reduce((total, logit, k) => {
        const log = row.reduce(
          (t, x, i) => t + logNormal(x, means[2 * k + i] as number, Math.exp(logScales[2 * k + i] as number)),
          logit - normaliser,
        );
        return total + Math.exp(log);
      }, 0);
      return Math.log(density);
    });
  });

  test('learns unless it is fixed', () => {
    for (const define of [diagonalNormal, normalMixture]) {
      const trainable = (spec: Spec<'base'>) => countParams(at(spec, [2]).layout, { trainable: true });
      expect(trainable(define())).toBeGreaterThan(0);
      expect(trainable(define({ trainable: false }))).toBe(0);
    }
    for (const spec of [standardNormal(), uniformBox(), studentT(), contaminatedNormal()])
      expect(countParams(at(spec, [2]).layout)).toBe(0);
  });

  test('components of a mixture begin apart, by the seed, and their weights shape the samples', () => {
    const base = at(normalMixture({ components: 2, means: [[-10], [10]] }), [1]);
    const params = base.init(1) as { means: Tensor; logScales: Tensor };
    const draws = numbers(base.sample({ ...params, logits: tensor1d([0, Math.log(3)]) }, 4000, 5, 1, {}));
    const share = draws.filter((value) => value > 0).length / 4000;
    expect(Math.abs(share - 0.75)).toBeLessThan(4 * Math.sqrt((0.75 * 0.25) / 4000));
    const random = at(normalMixture({ components: 4 }), [2]);
    const means = (seed: number) => numbers((random.init(seed) as { means: Tensor }).means);
    expect(new Set(means(1)).size).toBe(8);
    expect(means(2)).not.toEqual(means(1));
    expect(leaves(random.layout, random.init(1)).map(({ leaf }) => leaf.shape)).toEqual([[4, 2], [4, 2], [4]]);
  });
});

onEachBackend('the contaminated normal', () => {
  test('is the normal to its share near the centre, and falls like a logarithm far out', () => {
    const base = at(contaminatedNormal({ share: 1e-6 }), [1]);
    const logProb = (x: number) => numbers(base.logProb({}, tensor2d([x], [1, 1]), {}))[0] as number;
    for (const x of [0, 1, -2, 3]) expect(Math.abs(logProb(x) - logNormal(x, 0, 1))).toBeLessThan(1e-5);
    const tail = (x: number) => Math.log(1e-6) - Math.log(Math.PI) - 2 * Math.log(x);
    for (const x of [1e2, 1e8, 1e12, 1e20, 3e38]) expect(Math.abs(logProb(x) / tail(x) - 1)).toBeLessThan(1e-4);
  });
});

onEachBackend('the uniform box', () => {
  test('outside, the log-density is −∞ and the gradient 0; the edges belong to it', () => {
    registerGradients();
    const base = at(uniformBox({ low: -1, high: 1 }), [2]);
    const z = tensor2d([
      [0, 0],
      [1, -1],
      [1.0001, 0],
      [0, -5],
      [-5, 5],
    ]);
    expectClose(
      numbers(base.logProb({}, z, {})),
      [-2 * Math.LN2, -2 * Math.LN2, -Infinity, -Infinity, -Infinity],
      1e-6,
    );
    expect(numbers(grad((x: Tensor) => sum(base.logProb({}, x, {})))(z))).toEqual(Array(10).fill(0));
  });

  test('samples stay inside', () => {
    const base = at(uniformBox({ low: 5, high: 5.5 }), [2]);
    const draws = numbers(base.sample({}, 5000, 1, 1, {}));
    expect(draws.every((value) => value >= 5 && value <= 5.5)).toBe(true);
    expect(numbers(base.logProb({}, tensor2d(draws, [5000, 2]), {})).every(Number.isFinite)).toBe(true);
  });
});

describe('configurations that make no distribution', () => {
  const shape = (spec: Spec<'base'>) => refusal(() => at(spec, [2]));

  test.each([
    ['low above high', { low: 1, high: 0 }],
    ['low at high', { low: 1, high: 1 }],
    ['a box too thin for float32', { low: 1, high: 1 + 1e-12 }],
    ['a box too wide for float32', { low: -3e38, high: 3e38 }],
  ])('uniform: %s', (_, config) => {
    expect(shape(uniformBox(config))).toMatchObject({
      code: 'SHAPE',
      message: expect.stringContaining('must be below high'),
    });
  });

  test.each([
    ['too few means', () => diagonalNormal({ mean: [1] }), 'mean has 1 numbers for 2 dimensions'],
    ['too many scales', () => diagonalNormal({ scale: [1, 1, 1] }), 'scale has 3 numbers for 2 dimensions'],
    ['means of another width', () => normalMixture({ means: [[1, 2], [3]] }), 'means must be 2 lists of 2 numbers'],
    [
      'means of another number',
      () => normalMixture({ components: 3, means: [[1, 2]] }),
      'means must be 3 lists of 2 numbers',
    ],
    ['no means', () => normalMixture({ means: [] }), 'at least one'],
  ])('%s', (_, spec, message) => {
    expect(shape(spec())).toMatchObject({ code: 'SHAPE', message: expect.stringContaining(message) });
  });

  test.each<[string, () => unknown]>([
    ['a scale of 0', () => diagonalNormal({ scale: [0, 1] })],
    ['a negative scale', () => diagonalNormal({ scale: [-1, 1] })],
    ['a mean beyond float32', () => diagonalNormal({ mean: [1e39, 0] })],
    ['a scale beyond float32', () => diagonalNormal({ scale: [1e39, 1] })],
    ['a mean of NaN', () => diagonalNormal({ mean: [Number.NaN, 0] })],
    ['no components', () => normalMixture({ components: 0 })],
    ['half a component', () => normalMixture({ components: 1.5 })],
    ['too many components', () => normalMixture({ components: 1e9 })],
    ['a mixture’s mean beyond float32', () => normalMixture({ means: [[1e39, 1]] })],
    ['0 degrees of freedom', () => studentT({ degreesOfFreedom: 0 })],
    ['endless degrees of freedom', () => studentT({ degreesOfFreedom: Infinity })],
    ['an option that there is not', () => standardNormal({ mean: 1 } as never)],
    ['a bound of infinity', () => uniformBox({ high: Infinity })],
  ])('%s', (_, make) => {
    expect(refusal(make).code).toBe('CONFIG');
  });

  test('sizes multiply over the event', () => {
    const base = at(diagonalNormal({ mean: [1, 2, 3, 4] }), [2, 2]);
    expect(sizeOf(base.eventShape)).toBe(4);
    expect(numbers(base.sample(base.init(1), 1, 1, 0, {}))).toEqual([1, 2, 3, 4]);
    expect(numbers(fill([1], 1, 'float32'))).toEqual([1]);
  });
});
