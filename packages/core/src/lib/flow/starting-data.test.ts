import { add, memory, mul, slice, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { expectClose, numbers, onEachBackend, rejection } from '../../../test/backends.ts';
import { actnormLike, addNoise, planeCoupling } from '../../../test/example-parts.ts';
import { type disposeParams, leaves } from '../params/params.ts';
import { normal } from '../params/seed.ts';
import { flow } from './flow.ts';
import type { StartingRows } from './flow-contract.ts';

onEachBackend('data to start from', () => {
  const model = flow({ eventShape: [2], layers: [actnormLike(), planeCoupling(), actnormLike()] });
  const rows = () => add(mul(normal([100, 2], 1), 5), 3);

  /** The rows in chunks of given sizes, each disposed when the next is asked for. */
  function chunks(x: Tensor, sizes: readonly number[]): () => Generator<StartingRows> {
    return function* () {
      let begin = 0;
      for (const size of sizes) {
        const chunk = slice(x, [begin, 0], [size, 2]);
        begin += size;
        yield { x: chunk };
        chunk.dispose();
      }
    };
  }

  const found = (params: Parameters<typeof disposeParams>[1]) =>
    leaves(model.layout, params).flatMap(({ tensor }) => numbers(tensor as Tensor));

  test('give the same in one chunk and in many, of any sizes, empty ones too', async () => {
    const x = rows();
    const whole = found(await model.start(model.init(1), x));
    for (const sizes of [[100], [50, 50], [1, 0, 98, 1], Array<number>(100).fill(1)]) {
      expectClose(found(await model.start(model.init(1), chunks(x, sizes))), whole, 1e-5);
    }
  });

  test('may come when they are there', async () => {
    const x = rows();
    const late = async function* () {
      for (const chunk of chunks(x, [60, 40])()) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield chunk;
      }
    };
    expectClose(found(await model.start(model.init(1), late)), found(await model.start(model.init(1), x)), 1e-5);
  });

  test('are gone through once for each layer that starts, and for none that does not', async () => {
    const x = rows();
    let passes = 0;
    const counted = () => {
      passes++;
      return chunks(x, [100])();
    };
    const params = await model.start(model.init(1), counted);
    expect(passes).toBe(2);
    await model.start(params, counted);
    expect(passes).toBe(2);
  });

  test('leave nothing behind but the parameters', async () => {
    const x = rows();
    const initial = model.init(1);
    const before = memory().numTensors;
    for (const data of [x, chunks(x, [30, 70])]) {
      const params = await model.start(initial, data);
      expect(memory().numTensors).toBe(before + 4);
      const kept = new Set(leaves(model.layout, initial).map(({ tensor }) => tensor));
      for (const { tensor } of leaves(model.layout, params)) if (!kept.has(tensor)) tensor?.dispose();
    }
    expect(memory().numTensors).toBe(before);
  });

  test('are dequantized with other noise in each chunk', async () => {
    const discrete = flow({ eventShape: [2], dequantize: addNoise(), layers: [actnormLike()] });
    const same = () => [1, 2].map(() => ({ x: tensor2d([[3, 4]]) }));
    const params = await discrete.start(discrete.init(1), same, { noise: 1 });
    for (const value of numbers((params.layers[0] as unknown as { logScale: Tensor }).logScale)) {
      expect(Number.isFinite(value)).toBe(true);
    }
  });

  test('of no rows, of another shape, and that cannot be read are refused', async () => {
    expect((await rejection(model.start(model.init(1), () => []))).code).toBe('DATA');
    expect((await rejection(model.start(model.init(1), chunks(rows(), [0, 0])))).code).toBe('DATA');
    const wide = () => [{ x: tensor2d([[1, 2, 3]]) }];
    expect((await rejection(model.start(model.init(1), wide))).code).toBe('SHAPE');
    const broken = () => {
      throw new Error('the file is gone');
    };
    await expect(model.start(model.init(1), broken)).rejects.toThrow('the file is gone');
  });
});
