import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { type Flow, type FlowParams, flow, load, normal, type Shape, type Spec, save } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { logAbsDeterminant, randomiseParams } from '@diffeo/testing';
import { abs, eye, fill, max, memory, mul, reshape, setBackend, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { linearDefinitions } from '../linear-definitions.ts';
import { fullLinear } from './full-linear.ts';
import { invertibleConv1x1 } from './invertible-conv-1x1.ts';
import { pluLinear } from './plu-linear.ts';

const made = { plu: pluLinear, full: fullLinear };
type Way = keyof typeof made;
const ways = ['plu', 'full'] as const;
const model = (eventShape: Shape, layer: Spec<'layer'>): Flow => flow({ eventShape, layers: [layer] });
const rotated = (eventShape: Shape, matrix: Way): Flow => model(eventShape, made[matrix]({ init: 'rotation' }));
const distance = (a: Tensor, b: Tensor): number => max(abs(sub(a, b))).dataSync()[0] as number;

/** W, column by column: the images of the unit vectors. */
const matrixOf = ({ bijector, eventShape }: Flow, { layers }: FlowParams): Float64Array =>
  Float64Array.from(bijector.inverse(layers, eye(eventShape[0] as number), {}).value.dataSync());

/** det W, by expansion along the first row; for a handful of rows. */
const determinant = (rows: readonly (readonly number[])[]): number =>
  rows.length === 0
    ? 1
    : (rows[0] as readonly number[]).reduce((total, value, k) => {
        const minor = rows.slice(1).map((row) => row.filter((_, column) => column !== k));
        return total + (k % 2 ? -1 : 1) * value * determinant(minor);
      }, 0);

/** There and back stays within `limit`, both ways, for the parameters that `init` draws and for others beside them. */
function keepsRoundTrip(size: number, limit: number, matrix: Way): void {
  tidied(() => {
    const { bijector, layout, init } = rotated([size], matrix);
    const drawn = init(7);
    const x = normal([16, size], 8);
    for (const { layers } of [drawn, randomiseParams(layout, drawn, 9, 0.3)]) {
      const z = bijector.inverse(layers, x, {});
      const back = bijector.forward(layers, z.value, {});
      expect(distance(back.value, x)).toBeLessThan(limit);
      expect(distance(back.logDet, mul(z.logDet, -1))).toBe(0);
      const y = bijector.forward(layers, x, {});
      const again = bijector.inverse(layers, y.value, {});
      expect(distance(again.value, x)).toBeLessThan(limit);
      expect(distance(again.logDet, mul(y.logDet, -1))).toBe(0);
    }
  });
}

describe.each(['cpu', 'wasm'].flatMap((backend) => ways.map((matrix) => ({ backend, matrix }))))(
  'a linear layer, $matrix, on $backend',
  ({ backend, matrix }) => {
    beforeAll(async () => {
      await setBackend(backend);
    });

    test('it starts as the identity, to the bit', () => {
      tidied(() => {
        const { bijector, init } = model([5], made[matrix]());
        const { layers } = init(1);
        const x = normal([6, 5], 2);
        for (const direction of ['forward', 'inverse'] as const) {
          const { value, logDet } = bijector[direction](layers, x, {});
          expect(value.dataSync()).toEqual(x.dataSync());
          expect(max(abs(logDet)).dataSync()[0]).toBe(0);
        }
      });
    });

    test.each([1, 2, 3, 4, 5, 6])('a rotation of %i channels has orthonormal rows and the determinant 1', (size) => {
      tidied(() => {
        for (const seed of [1, 2, 3, 4]) {
          const layer = rotated([size], matrix);
          const values = matrixOf(layer, layer.init(seed));
          const columns = Array.from({ length: size }, (_, k) => [...values.slice(k * size, (k + 1) * size)]);
          expect(Math.abs(determinant(columns) - 1)).toBeLessThan(1e-5);
          for (const [i, a] of columns.entries()) {
            for (const [j, b] of columns.entries()) {
              const product = a.reduce((total, value, k) => total + value * (b[k] as number), 0);
              expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(1e-5);
            }
          }
        }
      });
    });

    test.each([
      [1, 1e-6],
      [2, 2e-6],
      [3, 2e-6],
      [8, 4e-6],
      [12, 5e-6],
      [48, 1e-5],
    ])('the round trip of %i channels stays under %d, both ways, as drawn and with moved parameters', (size, limit) =>
      keepsRoundTrip(size, limit, matrix),
    );

    test.each([1, 2, 3, 12, 48])('logDet is that of W, float64 on the host, at %i channels', (size) => {
      tidied(() => {
        const layer = rotated([size], matrix);
        const params = randomiseParams(layer.layout, layer.init(3), 4, 0.5);
        const expected = logAbsDeterminant(matrixOf(layer, params), size);
        const { logDet } = layer.bijector.inverse(params.layers, zeros([2, size]), {});
        for (const value of logDet.dataSync()) expect(Math.abs(value - expected)).toBeLessThan(1e-5 * (1 + size));
      });
    });

    test('every position of an image is mapped by the same matrix, and logDet counts them all', () => {
      tidied(() => {
        const [image, vector] = [rotated([4, 5, 3], matrix), rotated([3], matrix)];
        const params = randomiseParams(image.layout, image.init(3), 4, 0.5);
        const x = normal([2, 4, 5, 3], 5);
        const whole = image.bijector.inverse(params.layers, x, {});
        const each = vector.bijector.inverse(params.layers, reshape(x, [40, 3]), {});
        expect(whole.value.dataSync()).toEqual(each.value.dataSync());
        expect(whole.logDet.dataSync()[1]).toBeCloseTo(20 * (each.logDet.dataSync()[0] as number), 4);
      });
    });

    test('an empty batch gives an empty result', () => {
      tidied(() => {
        const { bijector, init } = rotated([2, 3], matrix);
        const { layers } = init(1);
        for (const direction of ['forward', 'inverse'] as const) {
          const { value, logDet } = bijector[direction](layers, zeros([0, 2, 3]), {});
          expect([value.shape, logDet.shape]).toEqual([[0, 2, 3], [0]]);
        }
      });
    });

    test('a flow and its reloaded copy agree to the bit', async () => {
      const layer = rotated([6], matrix);
      const params = layer.init(11);
      const x = normal([3, 6], 12);
      const back = load(await save(layer, params), { definitions: linearDefinitions });
      tidied(() => {
        expect(back.model.logProb(back.params, x).dataSync()).toEqual(layer.logProb(params, x).dataSync());
        expect(back.model.sample(back.params, { count: 4, seed: 1 }).dataSync()).toEqual(
          layer.sample(params, { count: 4, seed: 1 }).dataSync(),
        );
      });
    });

    test('the matrices it makes on the way are gone after a call', () => {
      const { init, logProb, sample } = rotated([9], matrix);
      const params = init(1);
      const x = normal([3, 9], 2);
      const before = memory().numTensors;
      for (let i = 0; i < 5; i++) {
        logProb(params, x).dispose();
        sample(params, { count: 2, seed: i }).dispose();
      }
      expect(memory().numTensors).toBe(before);
    });
  },
);

test.each(ways)('the round trip of 192 channels stays under 5e-5, %s', async (matrix) => {
  await setBackend('wasm');
  keepsRoundTrip(192, 5e-5, matrix);
});

test.each(ways)('logDet of 192 channels is that of W, float64 on the host, to 1e-4, %s', async (matrix) => {
  await setBackend('wasm');
  tidied(() => {
    const layer = rotated([192], matrix);
    const params = randomiseParams(layer.layout, layer.init(3), 4, 0.1);
    const expected = logAbsDeterminant(matrixOf(layer, params), 192);
    expect(layer.bijector.inverse(params.layers, zeros([1, 192]), {}).logDet.dataSync()[0]).toBeCloseTo(expected, 4);
  });
});

test('both ways begin with the same rotation, and the 1×1 convolution is one of them', async () => {
  await setBackend('wasm');
  tidied(() => {
    const [plu, full] = ways.map((matrix) => matrixOf(rotated([6], matrix), rotated([6], matrix).init(5)));
    for (const [i, value] of (plu as Float64Array).entries()) expect(full?.[i]).toBeCloseTo(value, 5);
  });
  expect(invertibleConv1x1()).toEqual(pluLinear({ init: 'rotation' }));
  expect(invertibleConv1x1({ init: 'identity', bound: 2 })).toEqual(pluLinear({ bound: 2 }));
});

test('log-scales stay within the bound, however far the parameter goes', async () => {
  await setBackend('wasm');
  tidied(() => {
    const { bijector, init } = model([1], pluLinear({ bound: 2 }));
    const [{ permutation, sign }] = init(1).layers as unknown as [Record<'permutation' | 'sign', Tensor>];
    const logDet = (a: number): number =>
      bijector
        .inverse([{ permutation, sign, factors: fill([1, 1], a) }], zeros([1, 1]), {})
        .logDet.dataSync()[0] as number;
    expect(logDet(0.01)).toBeCloseTo(0.01, 6);
    expect(logDet(1e4)).toBe(2);
    expect(logDet(-1e4)).toBe(-2);
  });
});

test.each(ways)('rotations come from the seed, the same on every backend, %s', async (matrix) => {
  const drawn: (readonly number[])[] = [];
  for (const [backend, seed] of [
    ['cpu', 1],
    ['wasm', 1],
    ['wasm', 2],
  ] as const) {
    await setBackend(backend);
    tidied(() => {
      const layer = rotated([7], matrix);
      const { factors, weight } = layer.init(seed).layers[0] as unknown as { factors?: Tensor; weight?: Tensor };
      drawn.push(Array.from((factors ?? (weight as Tensor)).dataSync()));
    });
  }
  expect(drawn[1]).toEqual(drawn[0]);
  expect(drawn[2]).not.toEqual(drawn[0]);
});

test.each([
  ['an unknown start', { init: 'random' }],
  ['a bound of 0', { bound: 0 }],
  ['a bound that is infinite', { bound: Number.POSITIVE_INFINITY }],
  ['a bias of one number', { bias: 1 }],
  ['a surplus setting', { channels: 3 }],
])('%s is refused', (_, config) => {
  expect(() => pluLinear(config as never)).toThrowError(
    expect.objectContaining({
      code: 'CONFIG',
      message: expect.stringContaining('@diffeo/layers-linear/plu-linear'),
    }),
  );
});
