import { normal, type StackLayer } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { denseStack } from '@diffeo/ops';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import { fill, mul, square, sum, type Tensor, zeros, zerosLike } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { growHeap, heapGrowth } from '../../../test/heap.ts';
import { activationNames, drawLayers, onKink, plainStack, tensorsOf } from '../../../test/plain-stack.ts';
import { describeBuilds } from '../../../test/with-build.ts';

installMatchers();

const width = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(31, 32, 33, 64, 64, 70));
const cases = fc.record({
  batch: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(63, 64, 65, 130)),
  widths: fc.array(width, { minLength: 2, maxLength: 5 }),
  activation: fc.constantFrom(...activationNames),
  residual: fc.boolean(),
  seed: fc.integer(),
});

describeBuilds('the dense stack', () => {
  beforeAll(() => registerGradients());

  test('has the value and every gradient of its composition, for any shape, activation and depth', () => {
    fc.assert(
      fc.property(cases, ({ batch, widths, seed, ...options }) => {
        tidied(() => {
          const [x, layers] = [normal([batch, widths[0] as number], seed), drawLayers(widths, seed + 1)];
          fc.pre(!onKink(x, layers, options));
          const dy = normal([batch, widths.at(-1) as number], seed + 2);
          expect(denseStack(x, layers, options)).toBeCloseToTensor(plainStack(x, layers, options), 1e-4);
          const inputs = [x, ...tensorsOf(layers)];
          const gradients = (stack: typeof denseStack) =>
            differentiate(() => sum(mul(stack(x, layers, options), dy)), inputs).grads;
          const slow = gradients(plainStack);
          for (const [i, gradient] of gradients(denseStack).entries()) {
            const none = zerosLike(inputs[i] as Tensor);
            expect(gradient ?? none).toBeCloseToTensor(slow[i] ?? none, 3e-4);
          }
        });
      }),
      { numRuns: 150 },
    );
  });

  test('is the same for a batch of several blocks', () => {
    tidied(() => {
      const [x, layers] = [normal([2500, 3], 1), drawLayers([3, 33, 5], 2)];
      const options = { activation: 'relu', residual: false } as const;
      expect(denseStack(x, layers, options)).toBeCloseToTensor(plainStack(x, layers, options), 1e-4);
    });
  });

  test('has the gradients of its composition where batch and width are several blocks long', () => {
    tidied(() => {
      const [x, layers] = [normal([600, 3], 1), drawLayers([3, 300, 64, 2], 2)];
      const options = { activation: 'relu', residual: false } as const;
      const run = (stack: typeof denseStack) =>
        differentiate(() => sum(square(stack(x, layers, options))), [x, ...tensorsOf(layers)]);
      const [fast, slow] = [run(denseStack), run(plainStack)];
      for (const [i, gradient] of fast.grads.entries()) {
        const expected = slow.grads[i] as Tensor;
        const scale = Math.max(...expected.dataSync().map(Math.abs));
        expect(mul(gradient as Tensor, 1 / scale)).toBeCloseToTensor(mul(expected, 1 / scale), 1e-5);
      }
    });
  });

  test('is right where every rectifier is shut, and where none is', () => {
    tidied(() => {
      const options = { activation: 'relu', residual: false } as const;
      const x = normal([70, 5], 1);
      const [first, second, third] = drawLayers([5, 64, 64, 3], 2) as [StackLayer, StackLayer, StackLayer];
      for (const by of [-100, 100]) {
        const layers = [{ ...first, bias: zeros([64]) }, { ...second, bias: fill([64], by) }, third];
        const run = (stack: typeof denseStack) =>
          differentiate(() => sum(stack(x, layers, options)), [x, ...tensorsOf(layers)]).grads;
        const slow = run(plainStack);
        for (const [i, gradient] of run(denseStack).entries()) {
          expect(gradient).toBeCloseToTensor(slow[i] as Tensor, 1e-3);
        }
      }
    });
  });

  test('works in a heap that grows between its two directions', () => {
    tidied(() => {
      const [x, layers] = [normal([20, 3], 1), drawLayers([3, 40, 40, 2], 2)];
      const options = { activation: 'elu', residual: true } as const;
      const inputs = [x, ...tensorsOf(layers)];
      const run = (grow: () => void) =>
        differentiate(() => {
          const y = denseStack(x, layers, options);
          grow();
          return sum(y);
        }, inputs).grads;
      const quiet = run(() => undefined).map((gradient) => gradient?.dataSync() as Float32Array);
      for (const [i, gradient] of run(growHeap).entries()) {
        expect(gradient).toBeCloseToTensor(quiet[i] as Float32Array, 0);
      }
    });
  });

  test('leaves nothing behind, in tensors or in the heap', () => {
    const [x, layers] = tidied(() => [normal([64, 2], 1), drawLayers([2, 64, 64, 2], 2)] as const);
    const options = { activation: 'relu', residual: false } as const;
    const step = () =>
      tidied(() => {
        differentiate(() => sum(denseStack(x, layers, options)), [x, ...tensorsOf(layers)]);
      });
    expect(countTensors(step)).toBe(0);
    expect(heapGrowth(step, 1000)).toBe(0);
  });
});
