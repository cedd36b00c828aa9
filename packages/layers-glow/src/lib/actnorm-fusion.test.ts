import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { type Flow, flow, mapParams, normal, type Params, type Transformed } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { gradients, registerGradients } from '@diffeo/core/gradients';
import { fullLinear, pluLinear } from '@diffeo/layers-linear';
import { randomiseParams } from '@diffeo/testing';
import { add, mul, setBackend, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { actnorm } from './actnorm.ts';

const linear = { plu: pluLinear, full: fullLinear };
const ways = ['plu', 'full'] as const;
const directions = ['forward', 'inverse'] as const;
type Run = (params: readonly Params[], x: Tensor) => Transformed;

/** Actnorm in front of a linear layer, and the same two as flows of their own. */
function built(eventShape: readonly number[], matrix: (typeof ways)[number]) {
  const layers = [actnorm(), linear[matrix]({ init: 'rotation' })];
  const model = flow({ eventShape, layers });
  const [first, second] = layers.map((layer) => flow({ eventShape, layers: [layer] }).bijector);
  const separate =
    (direction: 'forward' | 'inverse'): Run =>
    ([scale, weight], x) => {
      const parts = [
        [first, scale],
        [second, weight],
      ] as [Flow['bijector'], Params][];
      let value = x;
      let logDet: Tensor | null = null;
      for (const [bijector, own] of direction === 'inverse' ? parts : parts.reverse()) {
        const step = bijector[direction]([own], value, {});
        value = step.value;
        logDet = logDet ? add(logDet, step.logDet) : step.logDet;
      }
      return { value, logDet: logDet as Tensor };
    };
  return { model, separate };
}

function expectAlike(actual: Tensor, expected: Tensor, tolerance: number): void {
  const [a, b] = [[...actual.dataSync()], [...expected.dataSync()]];
  const most = b.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  expect(a.length).toBe(b.length);
  for (const [k, value] of a.entries())
    expect(Math.abs(value - (b[k] as number))).toBeLessThanOrEqual(tolerance * most);
}

describe.each(['cpu', 'wasm'].flatMap((backend) => ways.map((matrix) => ({ backend, matrix }))))(
  'actnorm and a linear layer, $matrix, on $backend',
  ({ backend, matrix }) => {
    beforeAll(async () => {
      await setBackend(backend);
      registerGradients();
    });

    test.each([[[5]], [[3, 5, 4]], [[2, 2, 7]]])(
      'are one map of %j with the values and gradients of the two',
      async (shape) => {
        const { model, separate } = built(shape, matrix);
        const started = await model.start(model.init(1), normal([20, ...shape], 2));
        const { layers } = randomiseParams(model.layout, started, 3, 0.3);
        const x = normal([4, ...shape], 4);
        const [dValue, dLogDet] = [normal([4, ...shape], 5), normal([4], 6)];
        for (const direction of directions) {
          const fused: Run = (params, point) => model.bijector[direction](params, point, {});
          const each = [fused, separate(direction)].map((run) => {
            const loss = (params: readonly Params[], point: Tensor) => {
              const { value, logDet } = run(params, point);
              return add(sum(mul(value, dValue)), sum(mul(logDet, dLogDet)));
            };
            const { value, logDet } = run(layers, x);
            const own = gradients(model.bijector.layout, layers, (params) => loss(params, x)).gradients;
            const [dx] = differentiate(() => loss(layers, x), [x]).grads as [Tensor];
            return [value, logDet, dx, ...own.map(({ tensor }) => tensor)];
          });
          const [ours, theirs] = each as [Tensor[], Tensor[]];
          expect(ours.length).toBe(theirs.length);
          for (const [i, tensor] of ours.entries()) expectAlike(tensor, theirs[i] as Tensor, 1e-5);
        }
      },
    );
  },
);

test.each(ways)(
  'data far from 0 and of scales from 1e-4 to 1e4 come back as exactly as from the two, %s',
  async (matrix) => {
    await setBackend('wasm');
    const { model, separate } = built([5], matrix);
    const sizes = tensor1d([1e-4, 1e-2, 1, 1e2, 1e4]);
    const x = mul(add(normal([200, 5], 1), tensor1d([500, -300, 20, 900, -700])), sizes);
    const { layers } = await model.start(model.init(2), x);
    const there = model.bijector.inverse(layers, x, {});
    const back = model.bijector.forward(layers, there.value, {}).value;
    const other = separate('forward')(layers, separate('inverse')(layers, x).value).value;
    const error = (found: Tensor, column: number): number => {
      const [a, b] = [found.dataSync(), x.dataSync()];
      let most = 0;
      for (let k = column; k < a.length; k += 5) most = Math.max(most, Math.abs((a[k] as number) - (b[k] as number)));
      return most / (sizes.dataSync()[column] as number);
    };
    // The data themselves are known to half a unit of their last place.
    for (let c = 0; c < 5; c++) expect(error(back, c)).toBeLessThan(2 * error(other, c) + 1e-4);
  },
);

test('what has not started says so by the name of its layer', async () => {
  await setBackend('wasm');
  tidied(() => {
    const { model } = built([3], 'plu');
    const params = mapParams(model.layout, model.init(1), (tensor) => tensor);
    expect(() => model.logProb(params, normal([2, 3], 1))).toThrow(
      /layers\.0 \(@diffeo\/layers-glow\/actnorm\): 'shift'/,
    );
  });
});
