import { fold, normal, randomSource } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { affineTransform, channelMap, denseStack, elementwise } from '@diffeo/ops';
import { fillHeap } from '@diffeo/testing';
import {
  add,
  backend,
  cast,
  concat,
  depthwiseConv2d,
  engine,
  fill,
  gather,
  keep,
  matMul,
  memory,
  minimum,
  mul,
  prelu,
  registerKernel,
  relu,
  reshape,
  slice,
  split,
  square,
  sum,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tile,
  topk,
  transpose,
  unregisterKernel,
  unsortedSegmentSum,
  zeros,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { drawLayers, tensorsOf } from '../../../test/plain-stack.ts';
import { describeBuilds } from '../../../test/with-build.ts';
import { numbersAt } from '../heap/backend.ts';
import { guardedKernel } from '../heap/guard.ts';
import { numbersOf } from '../heap/numbers-of.ts';
import { watchHeap } from '../heap/watch-heap.ts';
import { installKernels } from '../install/install-kernels.ts';
import { type Captured, capture } from './capture.ts';

const bits = (tensors: readonly Tensor[]): number[][] => tensors.map((tensor) => [...tensor.dataSync()]);
const disposeAll = (tensors: readonly Tensor[]): void => {
  for (const tensor of tensors) tensor.dispose();
};
const held = () => [memory().numTensors, memory().numDataBuffers, watchHeap()?.taken()];

/** Changes numbers where they are, as an optimiser does. */
function shrink(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) {
    const numbers = numbersOf(tensor) as Float32Array;
    for (let i = 0; i < numbers.length; i++) numbers[i] = 0.9 * (numbers[i] as number);
  }
}

/** Runs the work on inputs that are drawn anew each time, and holds it to what `f` itself gives. */
function hold(
  work: Captured,
  f: (inputs: readonly Tensor[]) => readonly Tensor[],
  shapes: readonly number[][],
  { runs = 5, between = () => undefined }: { readonly runs?: number; readonly between?: () => void } = {},
): void {
  for (let i = 0; i < runs; i++) {
    const inputs = shapes.map((shape, k) => normal(shape, 10 * i + k));
    const expected = f(inputs);
    expect(bits(work.run(inputs))).toEqual(bits(expected));
    disposeAll([...inputs, ...expected]);
    between();
  }
}

describeBuilds('captured work', () => {
  /** Made beforehand: what draws is done each time. */
  let drawn: ReturnType<typeof drawLayers> = [];
  beforeAll(() => {
    registerGradients();
    drawn = drawLayers([3, 16, 5], 4);
  });

  /** A loss and its gradients: fused kernels, tfjs's own, constants that the host brings, a broadcast. */
  const stepOf =
    (stack: ReturnType<typeof drawLayers>) =>
    ([x]: readonly Tensor[]) =>
      tidied(() => {
        const { value, grads } = differentiate(() => {
          const raw = denseStack(x as Tensor, stack, { activation: 'relu', residual: false });
          const { value, logDet } = elementwise(affineTransform(3), x as Tensor, raw, 'forward');
          return add(mul(sum(square(add(value, tensor1d([1, 2, 3])))), 0.5), sum(logDet));
        }, tensorsOf(stack));
        return [value, ...(grads as Tensor[])];
      });

  test('gives the same to the bit, with parameters that change in place, and leaves nothing behind', () => {
    const stack = drawLayers([3, 32, 6], 7);
    const step = stepOf(stack);
    const before = held();
    const work = capture(step);
    hold(work, step, [[32, 3]], { between: () => shrink(tensorsOf(stack)) });
    expect(work.isCaptured).toBe(true);
    work.dispose();
    expect(held()).toEqual(before);
    disposeAll(tensorsOf(stack));
  });

  test('is replayed from the third time on, and by itself on inputs of other shapes', () => {
    const stack = drawLayers([3, 32, 6], 7);
    let calls = 0;
    const step = stepOf(stack);
    const work = capture((inputs) => {
      calls++;
      return step(inputs);
    });
    hold(work, step, [[32, 3]], { runs: 4 });
    expect(calls).toBe(2);
    hold(work, step, [[16, 3]], { runs: 2 });
    expect(calls).toBe(4);
    hold(work, step, [[32, 3]], { runs: 2 });
    expect(calls).toBe(4);
    work.dispose();
    disposeAll(tensorsOf(stack));
  });

  const operations: readonly ((x: Tensor, y: Tensor) => Tensor)[] = [
    (x, y) => add(x, y),
    (x, y) => mul(x, y),
    (x) => mul(x, 1.5),
    (x) => relu(x),
    (x) => transpose(reshape(x, [4, 6])),
    (x) => matMul(reshape(x, [6, 4]) as never, reshape(x, [4, 6]) as never),
    (x, y) => matMul(reshape(x, [6, 4]) as never, reshape(y, [6, 4]) as never, true, false),
    (x) => sum(reshape(x, [3, 8]), 0),
    (x) => sum(reshape(x, [3, 8]), 1),
    (x, y) => concat([reshape(x, [2, 12]), reshape(y, [2, 12])], 1),
    (x) => slice(reshape(x, [6, 4]), [1, 0], [3, 4]),
    (x) => split(reshape(x, [4, 6]), 2, 1)[1] as Tensor,
    (x) => gather(reshape(x, [6, 4]), tensor1d([5, 0, 2], 'int32')),
    (x) => unsortedSegmentSum(reshape(x, [6, 4]), tensor1d([0, 2, 0, 1, 1, 2], 'int32'), 3),
    (x) => tile(reshape(x, [6, 4]), [2, 1]),
    (x) => cast(cast(mul(x, 10), 'int32'), 'float32'),
    (x) => topk(reshape(x, [4, 6]), 3).values,
    (x) => denseStack(reshape(x, [8, 3]), drawn, { activation: 'relu', residual: false }),
    (x) => {
      const scale = tensor1d([0.5, -0.5, 0.25]);
      return channelMap(reshape(x, [2, 4, 3]), { shift: scale, logScale: scale }, null, 'inverse').value;
    },
  ];

  test('of any operations, kernels of this package and of tfjs', () => {
    const program = fc.array(fc.tuple(fc.nat(operations.length - 1), fc.nat(7), fc.nat(7)), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(program, (lines) => {
        const f = ([a, b]: readonly Tensor[]) =>
          tidied(() => {
            const pool = [a, b] as Tensor[];
            const pick = (i: number): Tensor => {
              const found = pool[i % pool.length] as Tensor;
              // Every operation takes 24 numbers.
              const many = tile(reshape(found, [found.size]), [Math.ceil(24 / found.size)]);
              return slice(many, [0], [24]);
            };
            for (const [which, i, k] of lines)
              pool.push((operations[which] as never as (typeof operations)[0])(pick(i), pick(k)));
            return pool.slice(-2).map((tensor) => add(tensor, 1));
          });
        const before = held();
        const work = capture(f);
        hold(work, f, [[24], [24]], { runs: 4 });
        expect(work.isCaptured).toBe(true);
        work.dispose();
        expect(held()).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });

  test('weights that tfjs packs are packed anew', () => {
    const [slope, filter] = [normal([4], 1), normal([2, 2, 4, 1], 2)];
    const f = ([x]: readonly Tensor[]) =>
      tidied(() => {
        const bent = prelu(x as Tensor, mul(slope, 2));
        return [bent, depthwiseConv2d(bent as Tensor4D, mul(filter, 3) as Tensor4D, 1, 'same')];
      });
    const work = capture(f);
    hold(work, f, [[2, 3, 3, 4]], { between: () => shrink([slope, filter]) });
    expect(work.isCaptured).toBe(true);
    work.dispose();
    disposeAll([slope, filter]);
  });

  test('is never captured where noise is drawn, where numbers are read, or where a kernel goes unseen', () => {
    let draws = 0;
    let seed = 0;
    const noisy = capture(([x]) => [add(x as Tensor, normal([3], draws++))]);
    hold(noisy, ([x]) => tidied(() => [add(x as Tensor, normal([3], seed++))]), [[3]], { runs: 8 });
    expect(noisy.isCaptured).toBe(false);

    const reader = ([x]: readonly Tensor[]) => [mul(x as Tensor, ((x as Tensor).dataSync()[0] as number) > 0 ? 2 : 3)];
    const reading = capture(reader);
    hold(reading, reader, [[3]], { runs: 8 });
    expect(reading.isCaptured).toBe(false);

    registerKernel({
      kernelName: 'Unseen',
      backendName: 'wasm',
      kernelFunc: ({ inputs, backend }) => {
        const { x } = inputs as { readonly x: Tensor };
        const made = (backend as { makeOutput(shape: number[], dtype: string): Tensor }).makeOutput([3], 'float32');
        (numbersOf(made) as Float32Array).set(numbersOf(x) as Float32Array);
        return made;
      },
    });
    const unseen = ([x]: readonly Tensor[]) => [engine().runKernel('Unseen', { x: x as Tensor }, {}) as Tensor];
    const copying = capture(unseen);
    hold(copying, unseen, [[3]], { runs: 8 });
    expect(copying.isCaptured).toBe(false);
    unregisterKernel('Unseen', 'wasm');
    for (const work of [noisy, reading, copying]) work.dispose();
  });

  test('what is made of a seed is drawn each time, be it few values', () => {
    let step = 0;
    const f = ([x]: readonly Tensor[]) =>
      tidied(() => [randomSource(fold(7, step)).uniform() < 0.1 ? mul(x as Tensor, 0) : mul(x as Tensor, 2)]);
    const work = capture(f);
    hold(work, f, [[3]], { runs: 30, between: () => step++ });
    expect(work.isCaptured).toBe(false);
    work.dispose();
  });

  test('attributes that JSON does not tell apart are other attributes', () => {
    let runs = 0;
    const f = ([x]: readonly Tensor[]) =>
      tidied(() => [minimum(x as Tensor, fill([3], runs === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY))]);
    const work = capture(f);
    hold(work, f, [[3]], { runs: 1 });
    runs++;
    hold(work, f, [[3]], { runs: 4 });
    work.dispose();
  });

  test('inputs that tfjs packs are packed anew', () => {
    const f = ([x, slope]: readonly Tensor[]) => tidied(() => [prelu(x as Tensor, reshape(slope as Tensor, [4]))]);
    const work = capture(f);
    hold(work, f, [
      [5, 4],
      [2, 2],
    ]);
    expect(work.isCaptured).toBe(true);
    work.dispose();
  });

  test('a kernel that changes what it is given is never captured', () => {
    const state = tensor1d([1, 1, 1]);
    registerKernel(
      guardedKernel({
        kernelName: 'Halve',
        backendName: 'wasm',
        kernelFunc: ({ inputs }) => {
          const numbers = numbersAt(backend() as never, (inputs as { readonly x: Tensor }).x);
          for (let i = 0; i < 3; i++) numbers[i] = 0.5 * (numbers[i] as number);
          return [];
        },
      }),
    );
    const work = capture(([x]) =>
      tidied(() => {
        engine().runKernel('Halve', { x: state }, {});
        return [mul(x as Tensor, state)];
      }),
    );
    const x = tensor1d([1, 2, 4]);
    for (let i = 1; i <= 6; i++) expect(bits(work.run([x]))).toEqual([[1, 2, 4].map((v) => v / 2 ** i)]);
    expect(work.isCaptured).toBe(false);
    unregisterKernel('Halve', 'wasm');
    work.dispose();
    disposeAll([state, x]);
  });

  test('inside other captured work, and under a tape, it is seen', () => {
    const inner = capture(([x]) => tidied(() => [add(mul(x as Tensor, 2), 1)]));
    const outer = capture(([x]) => tidied(() => [mul(inner.run([x as Tensor])[0] as Tensor, 1)]));
    const f = ([x]: readonly Tensor[]) => tidied(() => [add(mul(x as Tensor, 2), 1)]);
    hold(inner, f, [[3]]);
    expect(inner.isCaptured).toBe(true);
    hold(outer, f, [[3]]);
    const x = normal([3], 1);
    for (let i = 0; i < 5; i++) {
      const { grads } = differentiate(() => sum(square(inner.run([x])[0] as Tensor)), [x]);
      const expected = [...x.dataSync()].map((v) => Math.fround(4 * Math.fround(Math.fround(2 * v) + 1)));
      const found = [...(grads[0] as Tensor).dataSync()];
      for (const [k, value] of found.entries()) expect(value).toBeCloseTo(expected[k] as number, 5);
    }
    const looking = capture(([given]) => [
      mul(given as Tensor, (numbersOf(given as Tensor) as Float32Array)[0] as number),
    ]);
    for (const value of [2, 2, 3, 4]) {
      const given = tensor1d([value]);
      expect(bits(looking.run([given]))).toEqual([[value * value]]);
      given.dispose();
    }
    for (const work of [inner, outer, looking]) work.dispose();
    x.dispose();
  });

  test('a caller may tidy around it, and dispose what it gave', () => {
    const before = held();
    const f = ([x]: readonly Tensor[]) => [relu(mul(x as Tensor, 2))];
    const work = capture(f);
    for (let i = 0; i < 6; i++) {
      tidied(() => {
        const x = normal([5], i);
        expect(bits(work.run([x]))).toEqual(bits(f([x])));
      });
    }
    expect(work.isCaptured).toBe(true);
    tidied(() => {
      const x = normal([5], 1);
      work.run([x])[0]?.dispose();
      for (let i = 0; i < 3; i++) expect(bits(work.run([x]))).toEqual(bits(f([x])));
    });
    work.dispose();
    expect(held()).toEqual(before);
  });

  test('what is kept beyond it keeps its memory, and gives it back', () => {
    const before = held();
    const kept: Tensor[] = [];
    const work = capture(([x]) => {
      const half = keep(mul(x as Tensor, 0.5));
      kept.push(half);
      return [add(half, 1)];
    });
    const x = tensor1d([2, 4]);
    for (let i = 0; i < 3; i++) work.run([x]);
    work.dispose();
    const others = Array.from({ length: 10 }, () => tensor1d([9, 9]));
    expect(bits(kept)).toEqual([
      [1, 2],
      [1, 2],
    ]);
    disposeAll([...kept, ...others, x]);
    expect(held()).toEqual(before);
  });

  test('where there is no room for a copy of its inputs, it runs by itself', () => {
    const x = zeros([2 ** 22]);
    const work = capture(([given]) => tidied(() => [sum(given as Tensor)]));
    const taken = watchHeap()?.taken() as number;
    const free = fillHeap(2 ** 23);
    try {
      for (let i = 0; i < 5; i++) expect(bits(work.run([x]))).toEqual([[0]]);
    } finally {
      free();
    }
    work.dispose();
    expect(watchHeap()?.taken()).toBe(taken);
    x.dispose();
  });

  test('what fails, fails as it does alone, and the next runs are right', () => {
    let [calls, failing] = [0, 2];
    const f = ([x]: readonly Tensor[]) =>
      tidied(() => {
        const half = mul(x as Tensor, 0.5);
        if (++calls === failing) throw new RangeError('no more');
        return [add(half, square(x as Tensor))];
      });
    for (failing of [1, 2]) {
      calls = 0;
      const before = held();
      const work = capture(f);
      for (let i = 1; i <= 5; i++) {
        const x = normal([8], i);
        if (i === failing) expect(() => work.run([x])).toThrow('no more');
        else {
          const [value] = bits(work.run([x]));
          expect(value).toEqual(tidied(() => [...add(mul(x, 0.5), square(x)).dataSync()]));
        }
        x.dispose();
      }
      expect(work.isCaptured).toBe(true);
      work.dispose();
      expect(held()).toEqual(before);
    }
  });

  test('what it takes stays until it is disposed, whoever disposes it', () => {
    const weight = normal([8], 1);
    const expected = bits([tidied(() => mul(normal([8], 2), weight))])[0];
    const x = normal([8], 2);
    const before = held();
    const work = capture(([x]) => [mul(x as Tensor, weight)]);
    work.run([x]);
    work.run([x]);
    expect(work.isCaptured).toBe(true);
    weight.dispose();
    const others = Array.from({ length: 20 }, (_, i) => normal([8], 3 + i));
    expect(bits(work.run([x]))[0]).toEqual(expected);
    work.dispose();
    disposeAll(others);
    expect(held()).toEqual([(before[0] as number) - 1, (before[1] as number) - 1, (before[2] as number) - 32]);
    x.dispose();
  });

  test('where the heap has no room for an arena, it runs by itself', () => {
    const x = normal([64], 1);
    const bytes = 4 * 64 * 4096;
    const f = ([given]: readonly Tensor[]) => tidied(() => [sum(square(tile(given as Tensor, [4096])))]);
    const expected = bits(f([x]));
    const found = new Set<boolean>();
    // As much is left over as reaches a little further each time: first for the work alone, then for an arena too.
    for (let spare = 2 * bytes; spare < 6 * bytes; spare += bytes / 4) {
      const free = fillHeap(spare);
      try {
        const alone = bits(f([x]));
        expect(alone).toEqual(expected);
      } catch (error) {
        free();
        expect(error).toMatchObject({ code: 'MEMORY' });
        continue;
      }
      const work = capture(f);
      for (let i = 0; i < 4; i++) expect(bits(work.run([x]))).toEqual(expected);
      found.add(work.isCaptured);
      work.dispose();
      free();
    }
    expect([...found].sort()).toEqual([false, true]);
    x.dispose();
  });

  test('without the kernels, it runs by itself, and a recording of before is not used', async () => {
    const f = ([x]: readonly Tensor[]) => tidied(() => [mul(square(x as Tensor), 0.5)]);
    const work = capture(f);
    hold(work, f, [[8]], { runs: 3 });
    expect(work.isCaptured).toBe(true);
    const second = capture(f);
    hold(second, f, [[8]], { runs: 3 });
    const installed = await installKernels();
    installed.uninstall();
    const tensors = memory().numTensors;
    second.dispose();
    // Its input and its result.
    expect(memory().numTensors).toBe(tensors - 2);
    let calls = 0;
    const counted = capture((inputs) => {
      calls++;
      return f(inputs);
    });
    hold(work, f, [[8]]);
    hold(counted, f, [[8]]);
    expect([calls, counted.isCaptured]).toEqual([5, false]);
    work.dispose();
    counted.dispose();
    await installKernels();
  });
});
