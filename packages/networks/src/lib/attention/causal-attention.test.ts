import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { leaves, type Network, normal, type Params, sizeOf } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { randomiseParams } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import { add, concat, mul, setBackend, slice, sub, type Tensor, tensor, zerosLike } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildNetwork } from '../../../test/build-network.ts';
import { causalAttentionInFloat64 } from '../../../test/networks-in-float64.ts';
import { causalAttention } from './causal-attention.ts';

installMatchers();

const small = { width: 4, heads: 2, patch: 2 } as const;
const moved = (network: Network): Params => randomiseParams(network.layout, network.init(1), 2);

/** All outputs, by turns. */
function byTurns(network: Network, params: Params, x: Tensor, call: object): Tensor {
  const turns = network.autoregressive?.turns;
  if (!turns) throw new Error('no turns');
  const [batch, size] = x.shape as [number, number];
  const perInput = sizeOf(network.outputShape) / size;
  const columns = new Map<number, Tensor>();
  let [state, known] = [turns.begin(params, batch, call), null as Tensor | null];
  for (const [turn, { begin, count }] of turns.groups().entries()) {
    const [raw, next] = turns.next(params, state, turn, known);
    for (let k = 0; k < perInput; k++)
      for (let j = 0; j < count; j++) columns.set(k * size + begin + j, slice(raw, [0, k * count + j], [batch, 1]));
    [state, known] = [next, slice(x, [0, begin], [batch, count])];
  }
  return concat(
    [...columns].sort(([a], [b]) => a - b).map(([, column]) => column),
    1,
  );
}

describe.each(['cpu', 'wasm'])('causalAttention on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
  });

  test.each([false, true])('is a float64 evaluation of its blocks, reverse: %s', (reverse) => {
    tidied(() => {
      const network = buildNetwork(causalAttention({ ...small, reverse }), [6], [12], [3]);
      const params = moved(network);
      const numbers = new Map(
        leaves(network.layout, params).map(({ path, tensor: own }) => [
          path,
          { shape: (own as Tensor).shape, values: (own as Tensor).dataSync() },
        ]),
      );
      const [x, context] = [normal([2, 6], 4), normal([2, 3], 5)];
      const [points, given] = [[...x.dataSync()], [...context.dataSync()]];
      const truth = [0, 1].flatMap((row) => {
        const patches = [0, 1, 2].map((p) => points.slice(6 * row + 2 * p, 6 * row + 2 * p + 2));
        const told = { reverse, context: given.slice(3 * row, 3 * row + 3) };
        const outputs = causalAttentionInFloat64(numbers, 2, 2, patches, told);
        // Two numbers for each input, all of the first before all of the second.
        return [0, 1].flatMap((k) => outputs.flatMap((patch) => patch.slice(2 * k, 2 * k + 2)));
      });
      expect(network.apply(params, x, { context })).toBeCloseToTensor(truth, 5e-6);
    });
  });

  test.each([
    [{ reverse: false }, 6],
    [{ reverse: true }, 6],
    [{ reverse: true, guidance: 1.5 }, 6],
    [{ reverse: false }, 2],
  ])('with %j its turns come to what one pass does, of %i inputs', (config, size) => {
    tidied(() => {
      const network = buildNetwork(causalAttention({ ...small, ...config }), [size], [2 * size], [3]);
      const params = moved(network);
      const [x, call] = [normal([3, size], 4), { context: normal([3, 3], 5) }];
      expect(byTurns(network, params, x, call)).toBeCloseToTensor(network.apply(params, x, call), 2e-6);
    });
  });

  test('each output depends on the patches before its own, on no other, to the bit', () => {
    tidied(() => {
      for (const reverse of [false, true]) {
        const network = buildNetwork(causalAttention({ ...small, reverse }), [6], [6]);
        const params = moved(network);
        const x = [...normal([6], 3).dataSync()];
        const at = (values: number[]) => [...network.apply(params, tensor([values]), {}).dataSync()];
        const before = at(x);
        const places = Array.from(network.autoregressive?.sequence() ?? []);
        for (const input of x.keys()) {
          const after = at(x.map((v, i) => (i === input ? v + 0.3 : v)));
          const place = (i: number): number => Math.floor(places.indexOf(i) / 2);
          for (const [output, value] of after.entries())
            expect(value !== before[output], `${output} of ${input}`).toBe(place(output) > place(input));
        }
      }
    });
  });

  test('guidance goes on from what is said without the context, and hides nothing where it is 0', () => {
    tidied(() => {
      const of = (guidance: number) => buildNetwork(causalAttention({ ...small, guidance }), [4], [8], [3]);
      const params = moved(of(0));
      const [x, context] = [normal([3, 4], 4), normal([3, 3], 5)];
      const told = of(0).apply(params, x, { context });
      const rest = Object.fromEntries(Object.entries(params as object).filter(([name]) => name !== 'context'));
      const alone = buildNetwork(causalAttention(small), [4], [8]).apply(rest, x, {});
      expect(of(2).apply(params, x, { context })).toBeCloseToTensor(add(told, mul(sub(told, alone), 2)), 1e-5);
    });
  });

  test('in training the context is hidden from its part of the rows, by the seed', () => {
    tidied(() => {
      const network = buildNetwork(causalAttention({ ...small, dropContext: 0.5 }), [2], [2], [3]);
      const params = moved(network);
      const [x, context] = [zerosLike(normal([400, 2], 4)), normal([400, 3], 5)];
      const outputs = (seed?: number) => {
        const call = seed === undefined ? { context } : { context, seed };
        const values = [...network.apply(params, x, call).dataSync()];
        return values.filter((_, i) => i % 2 === 0);
      };
      // Rows that are told nothing come to the same number.
      const hidden = (values: number[]) => {
        const counts = values.map((value) => values.filter((other) => other === value).length);
        return Math.max(...counts);
      };
      expect(hidden(outputs())).toBeLessThan(10);
      expect(Math.abs(hidden(outputs(1)) - 200)).toBeLessThan(50);
      expect(outputs(1)).toEqual(outputs(1));
      expect(outputs(2)).not.toEqual(outputs(1));
    });
  });
});

test('what does not fit is refused', () => {
  expect(() => buildNetwork(causalAttention({ width: 6, heads: 4 }), [4], [4])).toThrow(/4 heads must divide/);
  expect(() => buildNetwork(causalAttention({ patch: 3 }), [4], [4])).toThrow(/patches of 3 numbers must divide the 4/);
  expect(() => buildNetwork(causalAttention({ guidance: 1 }), [4], [4])).toThrow(/guidance goes by a context/);
});
