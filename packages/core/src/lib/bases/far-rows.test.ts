import { sum, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { expectClose, numbers, onEachBackend } from '../../../test/backends.ts';
import { gradients } from '../../gradients.ts';
import {
  contaminatedNormal,
  diagonalNormal,
  type FlowParams,
  flow,
  normalMixture,
  type Spec,
  standardNormal,
  studentT,
  uniformBox,
} from '../../index.ts';
import { differentiate } from '../gradients/engine.ts';
import { registerGradients } from '../gradients/gradient-table.ts';

const places = [0, 1e-30, 1e-8, 0.3, 1, 2.5, 1e5, 1e10, 1.8e19, 2e19, 2.5e19, 1e20, 1e25, 3e38];
const signed = [...places, ...places.map((place) => -place)];
const root2Pi = Math.sqrt(2 * Math.PI);
const gaussian = (z: number) => -0.5 * Math.fround(z) ** 2 - Math.log(root2Pi);
/** log Γ((ν + 1) / 2) − log Γ(ν / 2) − ½ log νπ */
const peaks: Readonly<Record<number, number>> = { 0.5: -1.3105329275, 1: -1.1447298858, 5: -0.9686195891 };
const tail = (nu: number) => (z: number) => {
  const a = Math.fround(Math.abs(z)) / Math.sqrt(nu);
  return (peaks[nu] as number) - ((nu + 1) / 2) * (a < 1 ? Math.log1p(a * a) : 2 * Math.log(a) + Math.log1p(1 / a / a));
};

/** A quarter of it Cauchy's. */
const contaminated = (z: number): number => {
  const [bulk, far] = [Math.log(0.75) + gaussian(z), Math.log(0.25) + tail(1)(z)];
  const [most, least] = [Math.max(bulk, far), Math.min(bulk, far)];
  return most + Math.log1p(Math.exp(least - most));
};

/** As float32 has it. */
const within = (value: number): number => (value < -3.4028235677973366e38 ? -Infinity : value);

const truths: readonly (readonly [string, Spec<'base'>, (z: number) => number])[] = [
  ['standardNormal', standardNormal(), gaussian],
  ['diagonalNormal', diagonalNormal(), gaussian],
  ['normalMixture', normalMixture({ means: [[0]] }), gaussian],
  ['normalMixture of the same twice', normalMixture({ means: [[0], [0]] }), gaussian],
  ['studentT of 1 degree', studentT({ degreesOfFreedom: 1 }), tail(1)],
  ['studentT of 5 degrees', studentT(), tail(5)],
  ['contaminatedNormal', contaminatedNormal({ share: 0.25 }), contaminated],
  ['studentT of half a degree', studentT({ degreesOfFreedom: 0.5 }), tail(0.5)],
];

onEachBackend('rows far away', () => {
  test.each(truths)('have their own score where that is a float, else −Infinity: %s', (_, base, truth) => {
    for (const size of [1, 3]) {
      const model = flow({ eventShape: [size], layers: [], base: wide(base, size) });
      const rows = signed.flatMap((place) => [place, ...Array<number>(size - 1).fill(0)]);
      const found = numbers(model.logProb(model.init(1), tensor(rows, [signed.length, size])));
      const wanted = signed.map((place) => within(truth(place) + (size - 1) * truth(0)));
      expect(found.map(Number.isFinite)).toEqual(wanted.map(Number.isFinite));
      expect(found.filter((score) => Number.isNaN(score) || score === Infinity)).toEqual([]);
      expectClose(found.filter(Number.isFinite), wanted.filter(Number.isFinite), 3e-6);
    }
  });

  test.each(truths)('have gradients that are numbers where the score is: %s', (_, base) => {
    registerGradients();
    const model = flow({ eventShape: [1], layers: [], base });
    const params = model.init(1);
    for (const place of signed) {
      const x = tensor([place], [1, 1]);
      const score = model.logProb(params, x);
      const { grads } = differentiate(() => sum(model.logProb(params, x)), [x]);
      const of = model.layout;
      const own =
        Object.keys(params.base as object).length === 0
          ? []
          : gradients(of, params, (p: FlowParams) => sum(model.logProb(p, x))).gradients.map(
              ({ tensor: slope }) => slope,
            );
      const slopes = [...grads, ...own].flatMap((slope) => numbers(slope as Tensor));
      if (Number.isFinite(numbers(score)[0])) expect(slopes.filter(Number.isNaN)).toEqual([]);
    }
  });

  test('a mixture of a near and of far components is the near one', () => {
    const model = flow({
      ...{ eventShape: [1], layers: [] },
      base: normalMixture({ means: [[1e25], [-1e38], [0], [3e38]], scale: 1e-30 }),
    });
    const params = model.init(1);
    const x = tensor([1e25], [1, 1]);
    expectClose(numbers(model.logProb(params, x)), [-Math.log(4 * root2Pi) + Math.log(1e30)]);
    const { gradients: own } = gradients(model.layout, params, (p: FlowParams) => sum(model.logProb(p, x)));
    for (const { tensor: slope } of own) expect(numbers(slope).filter((value) => !Number.isFinite(value))).toEqual([]);
  });

  test('a box has none', () => {
    const model = flow({ eventShape: [2], layers: [], base: uniformBox() });
    const x = tensor([1e20, 0.5, 3e38, -3e38, 0.5, 0.5], [3, 2]);
    expect(numbers(model.logProb(model.init(1), x))).toEqual([-Infinity, -Infinity, 0]);
  });
});

/** The base for more dimensions: components that are given have as many. */
function wide(base: Spec<'base'>, size: number): Spec<'base'> {
  const { means } = base.config as { means?: readonly (readonly number[])[] };
  return means ? normalMixture({ means: means.map(() => Array<number>(size).fill(0)) }) : base;
}

describe('a tail', () => {
  test('of many degrees is that of a normal, near and far', () => {
    const nu = 1e6;
    const model = flow({ eventShape: [1], layers: [], base: studentT({ degreesOfFreedom: nu }) });
    const z = [0.01, 1, 3, 20];
    const truth = z.map((at) => -((nu + 1) / 2) * Math.log1p((at * at) / nu));
    const [zero, ...rest] = numbers(model.logProb(model.init(1), tensor([0, ...z], [5, 1])));
    expectClose(
      rest.map((score) => score - (zero as number)),
      truth,
      1e-5,
    );
  });
});
