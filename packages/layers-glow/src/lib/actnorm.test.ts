import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { type Flow, type FlowParams, flow, load, mapParams, normal, type Shape, save } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import {
  add,
  concat,
  fill,
  memory,
  mul,
  setBackend,
  slice,
  type Tensor,
  tensor,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { actnorm } from './actnorm.ts';
import { glowDefinitions } from './glow-definitions.ts';

interface Leaves {
  readonly shift: Tensor;
  readonly logScale: Tensor;
}

const model = (eventShape: Shape): Flow => flow({ eventShape, layers: [actnorm()] });
const leavesOf = (params: FlowParams): Leaves => params.layers[0] as unknown as Leaves;
const numbers = (values: Tensor): number[] => Array.from(values.dataSync());

/** Mean and variance of each channel, float64 on the host. */
function moments(values: ArrayLike<number>, channels: number): { mean: number; variance: number }[] {
  return Array.from({ length: channels }, (_, channel) => {
    const column = Array.from(values).filter((_, k) => k % channels === channel);
    const mean = column.reduce((total, value) => total + value, 0) / column.length;
    const variance = column.reduce((total, value) => total + (value - mean) ** 2, 0) / column.length;
    return { mean, variance };
  });
}

describe.each(['cpu', 'wasm'])('actnorm on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
  });

  test.each([[[1]], [[3]], [[2, 4, 3]]])(
    'after the start the inverse of that batch has mean 0 and variance 1 in each channel of %j',
    async (eventShape) => {
      const channels = eventShape.at(-1) as number;
      const scale = tensor([0.01, 5, 300].slice(0, channels));
      const x = add(mul(normal([500, ...eventShape], 1), scale), tensor([-4, 0, 900].slice(0, channels)));
      const { start, init, bijector } = model(eventShape);
      const z = bijector.inverse((await start(init(1), x)).layers, x, {}).value;
      for (const { mean, variance } of moments(z.dataSync(), channels)) {
        expect(Math.abs(mean)).toBeLessThan(1e-4);
        expect(Math.abs(variance - 1)).toBeLessThan(1e-4);
      }
    },
  );

  test('a channel far from 0 is started from its own spread and not from rounding', async () => {
    const { start, init } = model([1]);
    const rows = Array.from({ length: 20_000 }, (_, k) => 10_000 + (k % 2));
    const { shift, logScale } = leavesOf(await start(init(1), tensor2d(rows, [20_000, 1])));
    expect(numbers(shift)[0]).toBeCloseTo(10_000.5, 2);
    expect(numbers(logScale)[0]).toBeCloseTo(Math.log(0.5), 3);
  });

  test.each([0, 1, -1000.1, 1e-20, 1e20, 1e30])('a channel that is %d everywhere keeps the scale 1', async (value) => {
    const { start, init } = model([2]);
    const x = concat([normal([5000, 1], 2), fill([5000, 1], value)], 1);
    const { shift, logScale } = leavesOf(await start(init(1), x));
    expect(numbers(logScale)[1]).toBe(0);
    expect(Math.abs((numbers(shift)[1] as number) / Math.fround(value || 1) - (value ? 1 : 0))).toBeLessThan(1e-6);
    expect(Math.abs(numbers(logScale)[0] as number)).toBeLessThan(0.1);
  });

  test('one row starts it with that row as the shift and the scale 1', async () => {
    const { start, init } = model([3]);
    const { shift, logScale } = leavesOf(await start(init(1), tensor2d([0.5, -7, 2000], [1, 3])));
    expect(numbers(shift)).toEqual([0.5, -7, 2000]);
    expect(numbers(logScale)).toEqual([0, 0, 0]);
  });

  test.each([1e-30, 1e-15, 1e15, 1e30])('data of the size of %d give finite parameters', async (size) => {
    const { start, init } = model([2]);
    const { shift, logScale } = leavesOf(await start(init(1), mul(normal([50, 2], 3), size)));
    expect([...numbers(shift), ...numbers(logScale)].every(Number.isFinite)).toBe(true);
    expect(numbers(logScale).every((value) => Math.abs(value) <= 35)).toBe(true);
  });

  test('a batch without rows cannot start it', async () => {
    const { start, init } = model([2]);
    const x = zeros([0, 2]);
    await expect(start(init(1), x)).rejects.toMatchObject({ code: 'DATA' });
    x.dispose();
  });

  test('a leaf that is there already is kept, and the other one starts around it', async () => {
    const { start, init, layout } = model([1]);
    const half = mapParams(layout, init(1), (_, path) => (path.endsWith('shift') ? tensor([1]) : null));
    const { shift, logScale } = leavesOf(await start(half, tensor2d([4, 4, -2, -2], [4, 1])));
    expect(numbers(shift)).toEqual([1]);
    expect(numbers(logScale)[0]).toBeCloseTo(Math.log(3), 5);
  });

  test('it starts before the layers after it see data, each from the output of the one before', async () => {
    const { start, init } = flow({ eventShape: [2], layers: [actnorm(), actnorm()] });
    const second = (await start(init(1), add(mul(normal([300, 2], 4), 8), 3))).layers[1] as unknown as Leaves;
    for (const value of [...numbers(second.shift), ...numbers(second.logScale)]) {
      expect(Math.abs(value)).toBeLessThan(1e-5);
    }
  });

  test('loaded unstarted it is still to be started; loaded started it is not started again', async () => {
    const built = model([2]);
    const unstarted = load(await save(built, built.init(1)), { definitions: glowDefinitions });
    expect(unstarted.params.layers).toEqual([{ shift: null, logScale: null }]);

    const x = normal([40, 2], 5);
    const started = await built.start(built.init(1), x);
    const loaded = load(await save(built, started), { definitions: glowDefinitions });
    const other = mul(x, 9);
    const again = await loaded.model.start(loaded.params, other);
    expect(again.layers).toEqual(loaded.params.layers);
    expect(numbers(leavesOf(again).logScale)).toEqual(numbers(leavesOf(started).logScale));
    tidied(() => {
      expect(numbers(loaded.model.logProb(again, x))).toEqual(numbers(built.logProb(started, x)));
    });
  });

  test('starting leaves its two parameters behind and nothing else', async () => {
    const { start, init } = model([2, 3]);
    const x = normal([7, 2, 3], 6);
    const before = memory().numTensors;
    const { shift, logScale } = leavesOf(await start(init(1), x));
    expect(memory().numTensors).toBe(before + 2);
    for (const each of [x, shift, logScale]) each.dispose();
  });

  test('logDet counts every position', () => {
    tidied(() => {
      const { bijector } = model([2, 5, 3]);
      const params = [{ shift: zeros([3]), logScale: tensor([0.1, -0.3, 0.7]) }];
      const x = normal([2, 2, 5, 3], 7);
      for (const value of numbers(bijector.forward(params, x, {}).logDet)) expect(value).toBeCloseTo(10 * 0.5, 5);
      for (const value of numbers(bijector.inverse(params, x, {}).logDet)) expect(value).toBeCloseTo(-10 * 0.5, 5);
      expect(bijector.inverse(params, slice(x, [0, 0, 0, 0], [0, 2, 5, 3]), {}).logDet.shape).toEqual([0]);
    });
  });
});
