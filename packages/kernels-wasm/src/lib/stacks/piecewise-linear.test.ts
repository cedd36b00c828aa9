import { normal, type StackLayer, shuffled } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { denseStack } from '@diffeo/ops';
import { installMatchers } from '@diffeo/testing/vitest';
import { gather, mul, sum, type Tensor, tensor1d, tensor2d, zerosLike } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { drawLayers, onKink, plainStack, tensorsOf } from '../../../test/plain-stack.ts';
import { describeBuilds } from '../../../test/with-build.ts';

installMatchers();

const options = { activation: 'relu', residual: false } as const;
const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(64, 128, 300));
/** Few different numbers, so that kinks fall together, on points, on zero and nowhere. */
const coarse = fc.constantFrom(-2, -1, -0.5, -0, 0, 0.5, 1, 2);

const column = (values: readonly number[]): Tensor => tensor2d([...values], [values.length, 1]);
const wide = (values: readonly number[]): Tensor => tensor2d([...values], [1, values.length]);
const long = (values: ArrayLike<number>): Tensor => tensor1d(Float32Array.from(values));

/** The value of a stack and the gradients of x and of every parameter, where dy is given. */
function run(stack: typeof denseStack, x: Tensor, layers: readonly StackLayer[], dy: Tensor): readonly Tensor[] {
  const inputs = [x, ...tensorsOf(layers)];
  const { grads } = differentiate(() => sum(mul(stack(x, layers, options), dy)), inputs);
  return [stack(x, layers, options), ...grads.map((gradient, i) => gradient ?? zerosLike(inputs[i] as Tensor))];
}

function expectAlike(found: readonly Tensor[], expected: readonly Tensor[], tolerance: number): void {
  for (const [i, tensor] of found.entries()) {
    const scale = 1 / Math.max(1, ...(expected[i] as Tensor).dataSync().map(Math.abs));
    expect(mul(tensor, scale)).toBeCloseToTensor(mul(expected[i] as Tensor, scale), tolerance);
  }
}

describeBuilds('a rectified layer of one number and the next one', () => {
  beforeAll(() => registerGradients());

  test('have the value and every gradient of their composition, for any sizes and depth', () => {
    fc.assert(
      fc.property(size, size, size, fc.boolean(), fc.integer(), (rows, units, columns, deeper, seed) => {
        tidied(() => {
          const layers = drawLayers(deeper ? [1, units, columns, 3] : [1, units, columns], seed);
          const [x, dy] = [normal([rows, 1], seed + 1), normal([rows, deeper ? 3 : columns], seed + 2)];
          fc.pre(!onKink(x, layers, options));
          expectAlike(run(denseStack, x, layers, dy), run(plainStack, x, layers, dy), 2e-5);
        });
      }),
      { numRuns: 100 },
    );
  });

  test('are right where kinks fall together, on points, on zero, and where units have no slope', () => {
    const unit = fc.tuple(coarse, coarse);
    const units = fc.array(unit, { minLength: 1, maxLength: 20 });
    const points = fc.array(fc.oneof(coarse, fc.constantFrom(-1e3, 1e3, 0.25)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(units, points, (drawn, values) => {
        tidied(() => {
          const [, second] = drawLayers([1, drawn.length, 5], 1) as [StackLayer, StackLayer];
          const first = { weight: wide(drawn.map(([weight]) => weight)), bias: long(drawn.map(([, bias]) => bias)) };
          const layers = [first as unknown as StackLayer, second];
          const [x, dy] = [column(values), normal([values.length, 5], 2)];
          expectAlike(run(denseStack, x, layers, dy), run(plainStack, x, layers, dy), 1e-4);
        });
      }),
      { numRuns: 200 },
    );
  });

  test('give a row the same numbers to the bit, whatever rows are beside it', () => {
    tidied(() => {
      const layers = drawLayers([1, 64, 33], 1);
      const x = normal([300, 1], 2);
      const order = tensor1d(shuffled(300, 3), 'int32');
      const whole = denseStack(x, layers, options);
      expect(denseStack(gather(x, order), layers, options)).toBeCloseToTensor(gather(whole, order), 0);
      const one = tensor1d([7], 'int32');
      expect(denseStack(gather(x, one), layers, options)).toBeCloseToTensor(gather(whole, one), 0);
    });
  });

  test('give a unit that is shut in every row gradients of exactly zero', () => {
    tidied(() => {
      const [first, second] = drawLayers([1, 3, 16], 1) as [StackLayer, StackLayer];
      const shut = { ...first, weight: wide([1, -1, 0]), bias: long([-50, -50, -1]) } as unknown as StackLayer;
      const [, , dWeight, dBias, dV] = run(denseStack, normal([100, 1], 2), [shut, second], normal([100, 16], 3));
      for (const gradient of [dWeight, dBias, dV]) {
        for (const number of (gradient as Tensor).dataSync()) expect(Math.abs(number)).toBe(0);
      }
    });
  });

  test.each([
    ['a weight', { weight: [Number.NaN, 1], bias: [0, 0] }],
    ['a bias', { weight: [1, 0], bias: [0, Number.NaN] }],
  ])('hide no NaN in %s', (_, { weight, bias }) => {
    tidied(() => {
      const [, second] = drawLayers([1, 2, 3], 1) as [StackLayer, StackLayer];
      const layers = [{ weight: wide(weight), bias: long(bias) } as unknown as StackLayer, second];
      expect([...denseStack(column([-3, 0, 3]), layers, options).dataSync()]).toEqual(Array(9).fill(Number.NaN));
    });
  });

  test('hide no NaN in a point, and keep it in its row', () => {
    tidied(() => {
      const layers = drawLayers([1, 8, 2], 1);
      const found = denseStack(column([1, Number.NaN, -1]), layers, options).dataSync();
      expect([...found].map(Number.isNaN)).toEqual([false, false, true, true, false, false]);
    });
  });
});
