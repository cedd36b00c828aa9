import { fold, normal } from '@diffeo/core';
import { copyTensor, tidied } from '@diffeo/core/engine';
import { type AdamKernelAttributes, kernelNames } from '@diffeo/ops';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import {
  add,
  concat,
  conv2d,
  engine,
  mul,
  type NamedAttrMap,
  type NamedTensorMap,
  reshape,
  scalar,
  type Tensor,
  tensor1d,
  zeros,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { growHeap } from '../../../test/heap.ts';
import { describeBuilds } from '../../../test/with-build.ts';

installMatchers();

interface State {
  readonly parameters: readonly Tensor[];
  readonly mean: Tensor;
  readonly square: Tensor;
}

const named = (tensors: readonly Tensor[], name: string) =>
  Object.fromEntries(tensors.map((tensor, i) => [`${name}${i}`, tensor]));

function step(
  { parameters, mean, square }: State,
  gradient: readonly Tensor[] | Tensor,
  { clipNorm, ...attributes }: Omit<AdamKernelAttributes, 'scale' | 'begin' | 'end'> & { readonly clipNorm: number },
  more: readonly Tensor[] = [],
) {
  const first = Array.isArray(gradient) ? named(gradient, 'gradient0.') : { gradient0: gradient as Tensor };
  const others = Object.fromEntries(more.map((vector, i) => [`gradient${i + 1}`, vector]));
  const inputs = { ...named(parameters, 'parameter'), ...first, ...others, mean, square };
  const { size } = mean;
  // In two parts, as two workers do it.
  const edge = size >> 1;
  const parts = [
    { begin: 0, end: edge },
    { begin: edge, end: size },
  ];
  const run = (name: string, own: object) =>
    engine().runKernel(name, inputs as NamedTensorMap, own as NamedAttrMap) as Tensor;
  const norm = Math.hypot(
    ...parts.map((part) => tidied(() => run(kernelNames.gradientNorm, part).dataSync()[0] as number)),
  );
  for (const part of parts) run(kernelNames.adam, { ...attributes, ...part, scale: Math.min(1, clipNorm / norm) });
  return scalar(norm);
}

const start = (shapes: readonly (readonly number[])[], seed: number): State => {
  const parameters = shapes.map((shape, i) => normal([...shape], fold(seed, i)));
  const size = parameters.reduce((sum, tensor) => sum + tensor.size, 0);
  return { parameters, mean: zeros([size]), square: zeros([size]) };
};

const flat = (tensors: readonly Tensor[]): number[] => tensors.flatMap((tensor) => [...tensor.dataSync()]);

const usual = { rate: 0.01, epsilon: 1e-8, beta1: 0.9, beta2: 0.999, clipNorm: 5 };
const cases = fc.record({
  shapes: fc.array(fc.array(fc.constantFrom(1, 2, 3, 5, 8), { maxLength: 3 }), { minLength: 1, maxLength: 6 }),
  attributes: fc.record({
    rate: fc.constantFrom(0.001, 0.1),
    epsilon: fc.constantFrom(1e-8, 1e-3),
    beta1: fc.constantFrom(0, 0.9),
    beta2: fc.constantFrom(0.9, 0.999),
    clipNorm: fc.constantFrom(0.5, 5, Number.POSITIVE_INFINITY),
  }),
  /** What every second parameter is multiplied by. */
  keep: fc.constantFrom(null, 0.9),
  asOne: fc.boolean(),
  more: fc.integer({ min: 0, max: 2 }),
  seed: fc.nat(),
});

describeBuilds('Adam over a tree', () => {
  test('takes the steps of the paper in float64, with clipping', () => {
    fc.assert(
      fc.property(cases, ({ shapes, attributes: given, keep, asOne, more, seed }) => {
        tidied(() => {
          const state = start(shapes, seed);
          const decays = shapes.map((_, i) => i % 2 === 0);
          const attributes = { ...given, ...(keep !== null && { decay: { decays, keep } }) };
          const { rate, epsilon, beta1, beta2, clipNorm } = attributes;
          const kept = state.parameters.flatMap(({ size }, i) =>
            Array<number>(size).fill(keep !== null && decays[i] ? keep : 1),
          );
          let host = flat(state.parameters).map((p) => ({ p, m: 0, v: 0 }));
          for (let t = 0; t < 3; t++) {
            const gradients = shapes.map((shape, i) => normal([...shape], fold(seed, `${t} ${i}`)));
            const whole = concat(gradients.map((each) => reshape(each, [each.size])));
            const added = Array.from({ length: more }, (_, i) => normal(whole.shape, fold(seed, `${t} more ${i}`)));
            const g = flat([added.reduce((sum: Tensor, vector) => add(sum, vector), whole)]);
            const norm = Math.hypot(...g);
            const scale = Math.min(1, clipNorm / norm);
            host = host.map(({ p, m, v }, i) => {
              const slope = scale * (g[i] as number);
              const mean = beta1 * m + (1 - beta1) * slope;
              const square = beta2 * v + (1 - beta2) * slope * slope;
              return { p: (kept[i] as number) * p - (rate * mean) / (Math.sqrt(square) + epsilon), m: mean, v: square };
            });
            expect(step(state, asOne ? whole : gradients, attributes, added)).toBeCloseToTensor([norm], 1e-4);
          }
          const now = (tensors: readonly Tensor[]) => tensor1d(flat(tensors));
          expect(now(state.parameters)).toBeCloseToTensor(
            host.map(({ p }) => p),
            1e-4,
          );
          expect(state.mean).toBeCloseToTensor(
            host.map(({ m }) => m),
            1e-5,
          );
          expect(state.square).toBeCloseToTensor(
            host.map(({ v }) => v),
            1e-5,
          );
        });
      }),
      { numRuns: 100 },
    );
  });

  test('large gradients of many numbers keep their norm', () => {
    tidied(() => {
      const state = start([[100_000]], 1);
      const gradient = normal([100_000], 2);
      const norm = Math.hypot(...gradient.dataSync());
      expect(Math.abs((step(state, [gradient], usual).dataSync()[0] as number) / norm - 1)).toBeLessThan(1e-6);
    });
  });

  test('a gradient whose squares are not a float32 has a norm all the same', () => {
    tidied(() => {
      const gradient = normal([5000], 2);
      const norm = step(start([[5000]], 1), [mul(gradient, 1e25)], usual).dataSync()[0] as number;
      expect(norm / (1e25 * Math.hypot(...gradient.dataSync()))).toBeCloseTo(1, 4);
    });
  });

  test('is the same to the bit, however it is divided', () => {
    tidied(() => {
      const shapes = [[7], [5, 11], [3]];
      const stepped = (edges: readonly number[]) => {
        const state = start(shapes, 1);
        for (let t = 0; t < 4; t++) {
          const inputs = {
            ...named(state.parameters, 'parameter'),
            ...named(
              shapes.map((shape, i) => normal([...shape], fold(2, `${t} ${i}`))),
              'gradient0.',
            ),
            ...{ mean: state.mean, square: state.square },
          };
          for (const [i, begin] of edges.slice(0, -1).entries()) {
            const own = { begin, end: edges[i + 1], rate: 0.01, epsilon: 1e-8, beta1: 0.9, beta2: 0.999, scale: 0.7 };
            engine().runKernel(kernelNames.adam, inputs as NamedTensorMap, own as unknown as NamedAttrMap);
          }
        }
        return flat(state.parameters);
      };
      const whole = stepped([0, 65]);
      for (const edges of [
        [0, 1, 65],
        [0, 33, 34, 65],
        [0, 16, 32, 48, 65],
      ]) {
        expect(stepped(edges)).toEqual(whole);
      }
    });
  });

  test('a convolution sees its filter change', () => {
    tidied(() => {
      const state = start([[1, 1, 2, 3]], 1);
      const filter = state.parameters[0] as Tensor;
      const image = normal([1, 4, 4, 2], 2);
      const run = (by: Tensor) => conv2d(image as never, by as never, 1, 'same') as Tensor;
      run(filter);
      step(state, [normal([1, 1, 2, 3], 3)], usual);
      expect(run(filter)).toBeCloseToTensor(run(copyTensor(filter)), 0);
    });
  });

  test('leaves nothing behind, and works in a heap that grew', () => {
    const state = start([[3], [40, 2]], 1);
    const gradients = [normal([3], 2), normal([40, 2], 3)];
    growHeap();
    expect(countTensors(() => step(state, gradients, usual).dispose())).toBe(0);
  });
});
