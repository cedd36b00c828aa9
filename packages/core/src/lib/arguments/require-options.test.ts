import { describe, expect, it } from 'vitest';
import { refusal } from '../../../test/backends.ts';
import {
  anything,
  callable,
  either,
  listOf,
  numberBetween,
  oneOf,
  positiveNumber,
  required,
  requireOptions,
  seedNumber,
  share,
  wholeNumber,
} from '../../arguments.ts';

interface Options {
  readonly steps?: number;
  readonly learningRate?: number;
  readonly validation?: unknown;
  readonly path?: string;
  readonly seed?: number;
}
const checks = {
  steps: wholeNumber({ from: 1 }),
  learningRate: positiveNumber(),
  validation: anything,
  path: oneOf('linear', 'spherical'),
  seed: seedNumber,
};
const check = (options: unknown) => requireOptions<Options>('fit', options as Options, checks, { epochs: 'steps' });

describe('options', () => {
  it('pass where they are what they are called', () => {
    check(undefined);
    check({});
    check({ steps: 3, learningRate: 1e-3, validation: null, path: 'linear', seed: -4 });
  });

  it('are absent where they are undefined, whatever their name', () => check({ steps: undefined, epochs: undefined }));

  it('say what an unknown one may have meant, and what there is', () => {
    expect(refusal(() => check({ stesp: 3 }))).toEqual({
      code: 'CONFIG',
      message:
        "fit: there is no option 'stesp'; did you mean 'steps'? It takes steps, learningRate, validation, path, seed.",
    });
    expect(refusal(() => check({ epochs: 3 })).message).toMatch("did you mean 'steps'?");
    expect(refusal(() => check({ learning_rate: 3 })).message).toMatch("did you mean 'learningRate'?");
    expect(refusal(() => check({ constructor: 3 })).message).toMatch("no option 'constructor'. It takes steps");
    expect(refusal(() => check({ [`\u001b[2J${'x'.repeat(1e6)}`]: 3 })).message.length).toBeLessThan(250);
  });

  it('have values that can be meant', () => {
    for (const steps of [0, -1, 1.5, Number.NaN, Infinity, '3', null, 3n, [3]]) {
      expect(refusal(() => check({ steps })).message).toMatch('fit: steps must be a whole number of 1 or more; got ');
    }
    expect(refusal(() => check({ path: 'sperical' })).message).toBe(
      "fit: path must be one of 'linear', 'spherical'; got 'sperical'; did you mean 'spherical'?",
    );
    expect(refusal(() => check({ seed: 2 ** 53 })).code).toBe('SEED');
  });

  it('are an object', () => {
    for (const options of [null, 3, 'x', [], new Float32Array(2), new Map(), () => 0]) {
      expect(refusal(() => check(options)).message).toMatch('fit: options are an object of steps, ');
    }
  });

  it('may have to be there', () => {
    const need = (options?: { count?: number | undefined }) =>
      requireOptions<{ count?: number | undefined }>('sample', options, { count: required(wholeNumber()) });
    need({ count: 0 });
    for (const options of [undefined, {}, { count: undefined }]) {
      expect(refusal(() => need(options)).message).toBe('sample: count is missing: a whole number of 0 or more');
    }
  });
});

it('checks tell what passes from what does not', () => {
  const passes = (test: (value: unknown) => boolean, values: unknown[]) => values.filter((value) => test(value));
  const numbers = [-1, 0, 0.5, 1, 2, Infinity, Number.NaN, '1', null];
  expect(passes(share.test, numbers)).toEqual([0, 0.5, 1]);
  expect(passes(positiveNumber().test, numbers)).toEqual([0.5, 1, 2]);
  expect(passes(positiveNumber({ orInfinity: true }).test, numbers)).toEqual([0.5, 1, 2, Infinity]);
  expect(passes(numberBetween(-1, 0.5).test, numbers)).toEqual([-1, 0, 0.5]);
  expect(passes(wholeNumber({ from: 1, to: 1 }).test, numbers)).toEqual([1]);
  expect(passes(either(share, callable).test, [2, Math.sin, 1])).toEqual([Math.sin, 1]);
  expect(passes(listOf(wholeNumber()).test, [[], [1, 2], [1, -2], 3])).toEqual([[], [1, 2]]);
  const widths = () => requireOptions('realNVP', { hidden: [4, 0] }, { hidden: listOf(wholeNumber({ from: 1 })) });
  expect(refusal(widths).message).toMatch(
    'hidden must be a list; each entry a whole number of 1 or more; got [4, 0] (entry 1: 0)',
  );
});
