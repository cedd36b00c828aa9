import { isDiffeoError, normal } from '@diffeo/core';
import { copyTensor, differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import {
  backend,
  cast,
  conv2d,
  conv2dTranspose,
  elu,
  engine,
  fused,
  leakyRelu,
  mul,
  prelu,
  relu,
  relu6,
  sigmoid,
  square,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  transpose,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { growHeap, heapGrowth } from '../../../test/heap.ts';
import { onCpu } from '../../../test/on-cpu.ts';
import { describeBuilds } from '../../../test/with-build.ts';
import type { WasmBackend } from '../heap/backend.ts';
import { type ConvAttributes, convInfo } from './conv-shape.ts';

installMatchers();

interface Case {
  readonly images: number;
  readonly size: readonly [number, number];
  readonly channels: number;
  readonly outChannels: number;
  readonly filter: readonly [number, number];
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly pad: ConvAttributes['pad'];
  readonly seed: number;
}

const pair = <T>(arbitrary: fc.Arbitrary<T>) => fc.tuple(arbitrary, arbitrary);
const channels = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(12, 13, 16, 17, 20, 31, 32, 33, 36));
const border = pair(fc.integer({ min: 0, max: 3 }));
const passes = fc.oneof(
  fc.record({ strides: pair(fc.integer({ min: 1, max: 3 })), dilations: fc.constant<[number, number]>([1, 1]) }),
  fc.record({ strides: fc.constant<[number, number]>([1, 1]), dilations: pair(fc.integer({ min: 1, max: 3 })) }),
);
const cases: fc.Arbitrary<Case> = fc
  .record({
    images: fc.integer({ min: 0, max: 4 }),
    size: pair(fc.integer({ min: 1, max: 8 })),
    channels,
    outChannels: channels,
    filter: fc.oneof(fc.constantFrom<[number, number]>([1, 1], [3, 3]), pair(fc.integer({ min: 1, max: 4 }))),
    pad: fc.oneof(
      fc.constantFrom('same' as const, 'valid' as const),
      fc.integer({ min: 0, max: 3 }),
      fc.tuple(fc.constant<[number, number]>([0, 0]), border, border, fc.constant<[number, number]>([0, 0])),
    ),
    seed: fc.integer(),
  })
  .chain((sizes) => passes.map((pass) => ({ ...sizes, ...pass })));

const shapesOf = ({ images, size, channels: inner, outChannels, filter }: Case) => ({
  input: [images, ...size, inner],
  filter: [...filter, inner, outChannels],
});

const attributesOf = ({ strides, dilations, pad }: Case): ConvAttributes => ({
  ...{ strides, dilations, pad },
  dataFormat: 'NHWC',
});

/** The sizes of a case, unless its filter is larger than its image. */
function infoOf(given: Case) {
  const shapes = shapesOf(given);
  const info = convInfo(shapes.input, shapes.filter, attributesOf(given));
  return info && info.outHeight > 0 && info.outWidth > 0 ? info : null;
}

const run = (kernelName: string, inputs: Record<string, Tensor>, attributes: object): Tensor =>
  engine().runKernel(kernelName, inputs, attributes as never) as Tensor;

/** The result and both gradients, by the kernels alone. */
function allThree(x: Tensor, filter: Tensor, dy: Tensor, attributes: ConvAttributes): Tensor[] {
  return [
    run('Conv2D', { x, filter }, attributes),
    run('Conv2DBackpropInput', { dy, filter }, { ...attributes, inputShape: x.shape }),
    run('Conv2DBackpropFilter', { x, dy }, { ...attributes, filterShape: filter.shape }),
  ];
}

function draw(given: Case, outShape: readonly number[]) {
  const shapes = shapesOf(given);
  const { seed } = given;
  return { x: normal(shapes.input, seed), filter: normal(shapes.filter, seed + 1), dy: normal(outShape, seed + 2) };
}

/** A filter with zeros between its taps does what dilations do, and every backend has its gradients. */
function dilate(given: Tensor, [down, right]: readonly [number, number]) {
  const [height, width, inner, outer] = given.shape as [number, number, number, number];
  const [tall, wide] = [(height - 1) * down + 1, (width - 1) * right + 1];
  const spread = new Float32Array(tall * wide * inner * outer);
  const block = inner * outer;
  const places = Array.from(given.dataSync(), (number, at) => {
    const tap = Math.floor(at / block);
    const place = (Math.floor(tap / width) * down * wide + (tap % width) * right) * block + (at % block);
    spread[place] = number;
    return place;
  });
  return { filter: tensor(spread, [tall, wide, inner, outer]), places };
}

async function agreesWithCpu(given: Case): Promise<void> {
  const info = infoOf(given);
  if (!info) return;
  const { x, filter, dy } = draw(given, info.outShape);
  const spread = dilate(filter, given.dilations);
  const expected = await onCpu(() => allThree(x, spread.filter, dy, { ...attributesOf(given), dilations: 1 }));
  expected[2] = spread.places.map((place) => expected[2]?.[place] as number);
  const made = allThree(x, filter, dy, attributesOf(given));
  expect(made.map(({ shape }) => shape)).toEqual([info.outShape, x.shape, filter.shape]);
  const taps = info.filterHeight * info.filterWidth;
  const lengths = [taps * info.inChannels, taps * info.outChannels, info.batchSize * info.outHeight * info.outWidth];
  for (const [i, length] of lengths.entries()) {
    expect(made[i]).toBeCloseToTensor(expected[i] as number[], 1e-5 * Math.sqrt(length + 1));
  }
  for (const held of [x, filter, dy, spread.filter, ...made]) held.dispose();
}

const plain: Case = {
  ...{ images: 2, size: [6, 5], channels: 3, outChannels: 10, filter: [3, 3], strides: [1, 1], dilations: [1, 1] },
  ...{ pad: 'same', seed: 1 },
};

describeBuilds('convolutions', () => {
  beforeAll(() => registerGradients());

  test('and both their gradients are those of the CPU backend, for any sizes, strides, dilations and borders', async () => {
    await fc.assert(fc.asyncProperty(cases, agreesWithCpu), { numRuns: 300 });
  });

  test.each<[string, Partial<Case>]>([
    ['whose runs are cut into parts', { channels: 100, outChannels: 9 }],
    ['whose taps are cut into blocks', { channels: 300, outChannels: 5, filter: [2, 1] }],
    ['of images in several bands', { size: [40, 21], strides: [2, 1] }],
    ['of images wider than a group', { images: 1, size: [3, 300], channels: 2 }],
    ['of several groups of images', { images: 41, size: [4, 4], channels: 5, outChannels: 33 }],
    [
      'with borders wider than the filter',
      {
        pad: [
          [0, 0],
          [5, 4],
          [3, 6],
          [0, 0],
        ],
      },
    ],
    ['of 512 channels', { images: 1, size: [2, 2], channels: 512, outChannels: 512, filter: [2, 1] }],
    ['of 512 channels into few', { size: [5, 3], channels: 512, outChannels: 6 }],
    ['of 512 channels, pixel by pixel', { size: [3, 2], channels: 512, outChannels: 512, filter: [1, 1] }],
    ['of few channels into 512', { size: [4, 3], channels: 6, outChannels: 512 }],
    ['of images of 32×32', { size: [32, 32], channels: 12, outChannels: 24 }],
    ['of images of 32×32, every second pixel', { size: [32, 32], channels: 5, outChannels: 17, strides: [2, 2] }],
    ['of single columns', { images: 3, size: [9, 1], filter: [2, 3], outChannels: 4 }],
    ['of no images', { images: 0 }],
    ['with one tap and a border', { filter: [1, 1], pad: 2 }],
  ])('%s are too', async (_, sizes) => agreesWithCpu({ ...plain, ...sizes }));

  test('no image and no channel give zeros', () => {
    tidied(() => {
      const { x, filter, dy } = draw({ ...plain, images: 0 }, [0, 6, 5, 10]);
      const [y, dx, dFilter] = allThree(x, filter, dy, attributesOf(plain)) as [Tensor, Tensor, Tensor];
      expect([y.shape, dx.shape]).toEqual([
        [0, 6, 5, 10],
        [0, 6, 5, 3],
      ]);
      expect(dFilter.dataSync().every((number) => number === 0)).toBe(true);
      const none = conv2d(normal([2, 4, 4, 0], 1) as Tensor4D, normal([3, 3, 0, 7], 2) as Tensor4D, 1, 'same');
      expect(none.shape).toEqual([2, 4, 4, 7]);
      expect(none.dataSync().every((number) => number === 0)).toBe(true);
    });
  });

  const activations: Readonly<Record<string, (z: Tensor) => Tensor>> = {
    linear: (z) => z,
    relu,
    relu6,
    leakyrelu: (z) => leakyRelu(z, 0.3),
    sigmoid,
    elu,
  };

  test.each(Object.keys(activations))('with a bias and %s are the composition', async (name) => {
    for (const [outChannels, filter] of [
      [3, [3, 3]],
      [40, [3, 2]],
      [11, [1, 1]],
    ] as const) {
      const given: Case = { ...plain, outChannels, filter };
      const shapes = shapesOf(given);
      const [x, w, bias] = [normal(shapes.input, 1), normal(shapes.filter, 2), normal([outChannels], 3)];
      const call = { x: x as Tensor4D, filter: w as Tensor4D, strides: 1, pad: 'same' } as const;
      const options = { ...call, bias, activation: name as 'relu', leakyreluAlpha: 0.3 };
      const [expected] = await onCpu(() => [fused.conv2d(options)]);
      tidied(() => {
        expect(fused.conv2d(options)).toBeCloseToTensor(expected as number[], 1e-4);
        const z = conv2d(call.x, call.filter, 1, 'same');
        const { activation, bias: _, ...unbiased } = options;
        expect(fused.conv2d({ ...unbiased, activation })).toBeCloseToTensor(
          (activations[name] as (z: Tensor) => Tensor)(z),
          1e-4,
        );
      });
    }
  });

  describe('gradients through the tape', () => {
    const both = (f: (x: Tensor4D, filter: Tensor4D) => Tensor, x: Tensor, filter: Tensor) => () =>
      differentiate(() => sum(square(f(x as Tensor4D, filter as Tensor4D))), [x, filter]).grads as Tensor[];

    test.each<[string, (x: Tensor4D, filter: Tensor4D) => Tensor]>([
      ['conv2d', (x, filter) => conv2d(x, filter, [2, 1], 'same')],
      ['conv2d rounded up', (x, filter) => conv2d(x, filter, 2, 1, 'NHWC', 1, 'ceil')],
      ['fused.conv2d', (x, filter) => fused.conv2d({ x, filter, strides: 1, pad: 'valid' })],
      ['conv2dTranspose', (x, filter) => conv2dTranspose(x, transpose(filter, [0, 1, 3, 2]), [2, 11, 9, 7], 2, 'same')],
    ])('of %s are those of the CPU backend', async (_, f) => {
      const [x, filter] = [normal([2, 6, 5, 3], 1), normal([3, 3, 3, 7], 2)];
      const expected = await onCpu(both(f, x, filter));
      tidied(() => {
        for (const [i, gradient] of both(f, x, filter)().entries()) {
          expect(gradient).toBeCloseToTensor(expected[i] as number[], 1e-2);
        }
      });
    });

    test('second derivatives too', async () => {
      const [x, filter] = [normal([2, 4, 5, 3], 1), mul(normal([3, 2, 3, 4], 2), 0.2)];
      const twice = () => {
        const first = () =>
          both((a, b) => conv2d(a, b, 1, 'same'), x, filter)().map((gradient) => sum(square(gradient)));
        return differentiate(() => first().reduce((a, b) => mul(a, b)), [x, filter]).grads as Tensor[];
      };
      const expected = await onCpu(twice);
      tidied(() => {
        for (const [i, gradient] of twice().entries()) {
          const size = Math.max(...(expected[i] as number[]).map(Math.abs));
          expect(mul(gradient, 1 / size)).toBeCloseToTensor(
            (expected[i] as number[]).map((number) => number / size),
            1e-4,
          );
        }
      });
    });

    test('of dilated convolutions are refused on other backends', async () => {
      const [x, filter] = [normal([1, 6, 6, 1], 1), normal([2, 2, 1, 1], 2)];
      const gradients = both((a, b) => conv2d(a, b, 1, 'same', 'NHWC', 2), x, filter);
      expect(tidied(() => gradients().map(({ shape }) => shape))).toEqual([x.shape, filter.shape]);
      await expect(onCpu(gradients)).rejects.toThrow(/dilations 2.*'cpu'/);
    });
  });

  test('what the kernels do not take is done as before, or refused in words', () => {
    tidied(() => {
      const [x, filter] = [normal([1, 4, 4, 2], 1) as Tensor4D, normal([3, 3, 2, 5], 2) as Tensor4D];
      const alpha = normal([5], 3);
      const y = fused.conv2d({
        x,
        filter,
        strides: 1,
        pad: 'same',
        activation: 'prelu',
        preluActivationWeights: alpha,
      });
      expect(y).toBeCloseToTensor(prelu(conv2d(x, filter, 1, 'same'), alpha));
      expect(() => conv2d(transpose(x, [0, 3, 1, 2]), filter, 1, 'same', 'NCHW')).toThrow(/channelsLast/);
      const attributes = { strides: 1, pad: 'same', dataFormat: 'NHWC', filterShape: filter.shape };
      const dy = normal([1, 4, 4, 5], 4);
      const refusal = (f: () => unknown): string => {
        try {
          f();
        } catch (error) {
          return isDiffeoError(error) ? `${error.code}: ${error.message}` : String(error);
        }
        return 'no error';
      };
      const ints = () => run('Conv2DBackpropFilter', { x: cast(x, 'int32'), dy }, attributes);
      expect(refusal(ints)).toMatch(/BACKEND: Conv2DBackpropFilter .*int32 \[1,4,4,2\]/);
      const larger = () => run('Conv2DBackpropFilter', { x, dy: normal([1, 4, 5, 5], 4) }, attributes);
      expect(refusal(larger)).toMatch(/dy has shape \[1,4,5,5\], but the convolution makes \[1,4,4,5\]/);
    });
  });

  test('a number that is not one reaches the pixels that see it, and no others', () => {
    tidied(() => {
      for (const outChannels of [3, 8]) {
        const x = normal([2, 5, 5, 3], 1);
        const numbers = Float32Array.from(x.dataSync());
        numbers[(2 * 5 + 3) * 3] = Number.NaN;
        const input = tensor(numbers, [2, 5, 5, 3]) as Tensor4D;
        const y = conv2d(input, normal([3, 3, 3, outChannels], 2) as Tensor4D, 1, 'same').dataSync();
        const seen = new Set([7, 8, 9, 12, 13, 14, 17, 18, 19]);
        for (const [at, value] of y.entries()) expect(Number.isNaN(value)).toBe(seen.has(Math.floor(at / outChannels)));
      }
    });
  });

  test('operands may lie anywhere in a heap that grows', async () => {
    const shapes = shapesOf(plain);
    const x = normal(shapes.input, 1);
    growHeap();
    const filter = copyTensor(normal(shapes.filter, 2));
    growHeap();
    const dy = normal([2, 6, 5, 10], 3);
    const expected = await onCpu(() => allThree(x, filter, dy, { ...attributesOf(plain), dilations: 1 }));
    growHeap();
    tidied(() => {
      for (const [i, made] of allThree(x, filter, dy, attributesOf(plain)).entries()) {
        expect(made).toBeCloseToTensor(expected[i] as number[], 1e-4);
      }
    });
  });

  test('a filter that was written in place is seen', () => {
    tidied(() => {
      const [x, filter] = [normal([1, 4, 4, 2], 1) as Tensor4D, normal([3, 3, 2, 4], 2) as Tensor4D];
      const before = conv2d(x, filter, 1, 'same').dataSync();
      const { wasm, dataIdMap } = backend() as unknown as WasmBackend;
      const numbers = new Float32Array(wasm.HEAPU8.buffer, dataIdMap.get(filter.dataId).memoryOffset, filter.size);
      numbers.set(numbers.map((number) => 2 * number));
      expect(conv2d(x, filter, 1, 'same')).toBeCloseToTensor(before.map((number) => 2 * number));
    });
  });

  test('leave no tensor and no scratch behind', () => {
    for (const given of [plain, { ...plain, filter: [1, 1] as const }]) {
      const { x, filter, dy } = draw(given, [2, 6, 5, 10]);
      const call = () => {
        for (const made of allThree(x, filter, dy, attributesOf(given))) made.dispose();
      };
      expect(countTensors(call)).toBe(0);
      expect(heapGrowth(call, 200)).toBe(0);
    }
  });
});
