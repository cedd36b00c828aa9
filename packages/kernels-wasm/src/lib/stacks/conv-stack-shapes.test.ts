import { normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { convStack, type StackOptions } from '@diffeo/ops';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import { mul, sum, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { growHeap, heapGrowth } from '../../../test/heap.ts';
import { convTensors, drawConvolutions, onConvKink, plainConvStack } from '../../../test/plain-conv-stack.ts';
import { activationNames } from '../../../test/plain-stack.ts';
import { describeBuilds } from '../../../test/with-build.ts';

installMatchers();

const image = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }));
const shapes = fc.oneof(
  // What networks of couplings look like.
  fc.record({
    sides: fc.constantFrom([3, 1, 3], [3, 1, 1, 3], [3, 3, 3], [1, 1, 1], [3, 3]),
    hidden: fc.constantFrom(32, 33, 64, 96).map((width) => [width, width, width]),
  }),
  fc.record({
    sides: fc.array(fc.constantFrom(1, 3, 5), { minLength: 1, maxLength: 4 }),
    hidden: fc.array(fc.constantFrom(1, 2, 7, 31, 32, 33, 64, 96), { minLength: 3, maxLength: 3 }),
  }),
);
const cases = fc.record({
  image,
  shapes,
  inputs: fc.integer({ min: 1, max: 12 }),
  outputs: fc.integer({ min: 1, max: 12 }),
  activation: fc.oneof(fc.constant('relu' as const), fc.constantFrom(...activationNames)),
  residual: fc.boolean(),
  grows: fc.integer({ min: 0, max: 20 }).map((number) => number === 0),
  seed: fc.nat(),
});

const channelsOf = (inputs: number, hidden: readonly number[], outputs: number, layers: number): number[] => [
  inputs,
  ...hidden.slice(0, layers - 1),
  outputs,
];

/** The value and every gradient of a stack, each in proportion to the largest number of what it is compared with. */
function agree(
  x: Tensor,
  layers: ReturnType<typeof drawConvolutions>,
  options: StackOptions,
  dy: Tensor,
  between: () => void,
): void {
  const inputs = [x, ...convTensors(layers)];
  const run = (stack: typeof convStack) => {
    const weighted = () => {
      const value = stack(x, layers, options);
      if (stack === convStack) between();
      return sum(mul(value, dy));
    };
    const { grads } = differentiate(weighted, inputs);
    return [stack(x, layers, options), ...grads.map((gradient, i) => gradient ?? zerosLike(inputs[i] as Tensor))];
  };
  const slow = run(plainConvStack);
  for (const [i, result] of run(convStack).entries()) {
    const expected = slow[i] as Tensor;
    const scale =
      1 / (expected.dataSync() as Float32Array).reduce((most, number) => Math.max(most, Math.abs(number)), 1);
    expect(mul(result, scale)).toBeCloseToTensor(mul(expected, scale), 1e-4);
  }
}

describeBuilds('the stack of convolutions', () => {
  beforeAll(() => registerGradients());

  test('has the value and every gradient of its composition, for any shape, activation and depth', () => {
    let growths = 0;
    fc.assert(
      fc.property(cases, ({ image, shapes: { sides, hidden }, inputs, outputs, grows, seed, ...options }) => {
        tidied(() => {
          const layers = drawConvolutions(sides, channelsOf(inputs, hidden, outputs, sides.length), seed);
          const x = normal([...image, inputs], seed + 1);
          fc.pre(!onConvKink(x, layers, options));
          agree(x, layers, options, normal([...image, outputs], seed + 2), () => {
            if (grows && growths++ < 3) growHeap();
          });
        });
      }),
      { numRuns: 100 },
    );
  });

  test.each<[string, readonly [number, number, number], readonly number[], StackOptions, (readonly number[])?]>([
    ['of many images', [40, 6, 5], [3, 1, 3], { activation: 'relu', residual: false }],
    ['of a large image', [1, 33, 31], [3, 1, 3], { activation: 'relu', residual: false }],
    ['of many images that adds what enters', [40, 6, 5], [3, 1, 3], { activation: 'relu', residual: true }],
    ['of a large image with ELU', [1, 33, 31], [3, 3], { activation: 'elu', residual: false }],
    ['of single pixels', [70, 1, 1], [3, 1, 3], { activation: 'relu', residual: false }],
    ['of images of one column', [5, 9, 1], [3, 5, 3], { activation: 'tanh', residual: true }],
    ['of wide layers', [2, 2, 1], [3, 1, 3], { activation: 'relu', residual: false }, [288, 352]],
  ])('%s is cut into pieces, and still the same', (_, image, sides, options, widths = [32, 32]) => {
    tidied(() => {
      const channels = channelsOf(3, widths, 4, sides.length);
      // Of so many numbers some are near a kink: the first draw with none that rounding decides about.
      for (let seed = 1; seed < 200; seed++) {
        const layers = drawConvolutions(sides, channels, seed);
        const x = normal([...image, 3], seed + 1);
        if (onConvKink(x, layers, options)) continue;
        return agree(x, layers, options, normal([...image, 4], seed + 2), () => undefined);
      }
      expect.fail('every draw was near a kink');
    });
  });

  const draws = [
    ['relu', [3, 1, 3], false],
    ['relu', [3, 1, 3], true],
    ['elu', [3, 5], false],
  ] as const;

  test.each(draws)(
    '%s %j, residual %s: works in a heap that grows between its two directions',
    (activation, sides, residual) => {
      tidied(() => {
        const layers = drawConvolutions(sides, channelsOf(2, [64, 64], 4, sides.length), 1);
        const x = normal([3, 9, 9, 2], 2);
        const run = (grow: () => void) =>
          differentiate(() => {
            const value = convStack(x, layers, { activation, residual });
            grow();
            return sum(value);
          }, [x, ...convTensors(layers)]).grads;
        const quiet = run(() => undefined).map((gradient) => gradient?.dataSync() as Float32Array);
        for (const [i, gradient] of run(growHeap).entries()) {
          expect(gradient).toBeCloseToTensor(quiet[i] as Float32Array, 0);
        }
      });
    },
  );

  test.each(draws)(
    '%s %j, residual %s: leaves nothing behind, in tensors or in the heap',
    (activation, sides, residual) => {
      const [x, layers] = tidied(() => [
        normal([2, 7, 7, 2], 1),
        drawConvolutions(sides, channelsOf(2, [64, 64], 4, sides.length), 2),
      ]) as [Tensor, ReturnType<typeof drawConvolutions>];
      const step = () =>
        tidied(() => {
          const options = { activation, residual };
          differentiate(() => sum(convStack(x, layers, options)), [x, ...convTensors(layers)]);
          convStack(x, layers, options);
        });
      expect(countTensors(step)).toBe(0);
      expect(heapGrowth(step, 200)).toBe(0);
    },
  );
});
