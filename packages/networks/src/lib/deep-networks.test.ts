import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { leaves, type Network, normal, type Params, type Shape, sizeOf } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { randomiseParams } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import { setBackend, slice, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildNetwork } from '../../test/build-network.ts';
import {
  attentionInFloat64,
  gatedResidualMlpInFloat64,
  maskedResidualMlpInFloat64,
  type Numbers,
  residualMlpInFloat64,
} from '../../test/networks-in-float64.ts';
import { attention } from './attention/attention.ts';
import { maskedMlp } from './masked/masked-mlp.ts';
import { maskedResidualMlp } from './masked/masked-residual-mlp.ts';
import { mlp } from './mlp.ts';
import { residualConvolutional } from './residual/residual-convolutional.ts';
import { residualMlp } from './residual/residual-mlp.ts';

installMatchers();

const tensorOf = (values: number[], shape: Shape): Tensor => tensor(values, [...shape]);

/** The parameters of a network moved from their start, and the numbers of each by its path. */
function moved(network: Network): { params: Params; numbers: Numbers } {
  const params = randomiseParams(network.layout, network.init(1), 2);
  const numbers = new Map(
    leaves(network.layout, params).map(({ path, tensor }) => [
      path,
      { shape: (tensor as Tensor).shape, values: (tensor as Tensor).dataSync() },
    ]),
  );
  return { params, numbers };
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
  });

  test('residualMlp is a float64 evaluation of its blocks, the context joined', () => {
    tidied(() => {
      const network = buildNetwork(
        residualMlp({ width: 6, blocks: 2, activation: 'elu', layerNorm: true }),
        [3],
        [2],
        [2],
      );
      const { params, numbers } = moved(network);
      const [x, context] = [normal([4, 3], 2), normal([4, 2], 3)];
      const found = network.apply(params, x, { context });
      const [points, given] = [[...x.dataSync()], [...context.dataSync()]];
      const truth = [0, 1, 2, 3].flatMap((row) =>
        residualMlpInFloat64(numbers, 2, [...points.slice(3 * row, 3 * row + 3), ...given.slice(2 * row, 2 * row + 2)]),
      );
      expect(found).toBeCloseToTensor(truth, 2e-6);
    });
  });

  test('residualMlp with gates is a float64 evaluation of them, the activation first in each block', () => {
    tidied(() => {
      const spec = residualMlp({ width: 5, blocks: 2, activation: 'elu', preactivation: true, context: 'gate' });
      const network = buildNetwork(spec, [3], [2], [2]);
      const { params, numbers } = moved(network);
      const [x, context] = [normal([4, 3], 2), normal([4, 2], 3)];
      const [points, given] = [[...x.dataSync()], [...context.dataSync()]];
      const truth = [0, 1, 2, 3].flatMap((row) =>
        gatedResidualMlpInFloat64(
          ...([numbers, 2, points.slice(3 * row, 3 * row + 3), given.slice(2 * row, 2 * row + 2)] as const),
        ),
      );
      expect(network.apply(params, x, { context })).toBeCloseToTensor(truth, 2e-6);
      expect(() => buildNetwork(spec, [3], [2])).toThrow(/'gate' needs a flow with a context/);
    });
  });

  test('maskedResidualMlp with a context in each block is a float64 evaluation of them, the activation first', () => {
    tidied(() => {
      const [degrees, places] = [
        [1, 0, -1, 0, 1, -1, 0],
        [2, 0, 1],
      ] as const;
      const spec = maskedResidualMlp({
        ...{ width: 7, blocks: 2, activation: 'elu', preactivation: true, context: 'blocks' },
        ...{ degrees: [...degrees], sequence: [1, 2, 0] },
      });
      const network = buildNetwork(spec, [3], [6], [2]);
      const { params, numbers } = moved(network);
      const [x, context] = [normal([4, 3], 2), normal([4, 2], 3)];
      const [points, given] = [[...x.dataSync()], [...context.dataSync()]];
      const truth = [0, 1, 2, 3].flatMap((row) =>
        maskedResidualMlpInFloat64(
          ...([numbers, 2, { degrees, places }] as const),
          ...([points.slice(3 * row, 3 * row + 3), given.slice(2 * row, 2 * row + 2)] as const),
        ),
      );
      expect(network.apply(params, x, { context })).toBeCloseToTensor(truth, 2e-6);
    });
  });

  test('attention is a float64 evaluation of its blocks, and every pixel sees every other', () => {
    tidied(() => {
      const network = buildNetwork(attention({ width: 4, heads: 2, blocks: 2 }), [2, 3, 2], [2, 3, 3]);
      const { params, numbers } = moved(network);
      const x = normal([2, 2, 3, 2], 4);
      const values = [...x.dataSync()];
      const found = network.apply(params, x, {});
      const truth = [0, 1].flatMap((row) => {
        const pixels = Array.from({ length: 6 }, (_, p) => values.slice(12 * row + 2 * p, 12 * row + 2 * p + 2));
        return attentionInFloat64(numbers, 2, 2, pixels).flat();
      });
      expect(found).toBeCloseToTensor(truth, 5e-6);
      // Another last pixel changes what the first is given.
      values[10] = 5;
      const other = network.apply(params, tensorOf(values, x.shape), {});
      const first = (of: Tensor): number[] => [...slice(of, [0, 0, 0, 0], [1, 1, 1, 3]).dataSync()];
      expect(first(other)).not.toEqual(first(found));
    });
  });

  test.each([
    ['residualMlp', residualMlp({ layerNorm: true }), [5], [7], [3]],
    ['residualConvolutional', residualConvolutional({ width: 4, layerNorm: true }), [4, 4, 2], [4, 4, 3], [3]],
    ['residualConvolutional by an image', residualConvolutional({ width: 4 }), [2, 2, 2], [2, 2, 3], [4, 4, 1]],
    ['attention', attention({ width: 8 }), [3, 2, 2], [3, 2, 5], [3]],
  ] as const)(
    '%s starts at 0 or near it, and the context reaches all outputs',
    (_, spec, inputs, outputs, contexts) => {
      tidied(() => {
        const network = buildNetwork(spec, [...inputs], [...outputs], [...contexts]);
        const x = normal([2, ...inputs], 1);
        const at = (params: Params, seed: number) =>
          network.apply(params, x, { context: normal([2, ...contexts], seed) });
        expect(at(network.init(1), 2)).toBeCloseToTensor(Array<number>(2 * sizeOf(outputs)).fill(0), 0.2);
        const { params } = moved(network);
        const [one, other] = [at(params, 2).dataSync(), at(params, 3).dataSync()];
        for (const [i, value] of one.entries()) expect(value).not.toBe(other[i]);
      });
    },
  );

  test('circular inputs are seen alike on both sides of where a circle closes, and wherever else they are the same point', () => {
    tidied(() => {
      for (const spec of [mlp({ circular: 2, hidden: [8] }), maskedMlp({ circular: 2, hidden: [8] })]) {
        const network = buildNetwork(spec, [3], [6]);
        const { params } = moved(network);
        const at = (values: number[]) => network.apply(params, tensorOf(values, [1, 3]), {});
        expect(at([-2, 0.3, 1.9])).toBeCloseToTensor(at([2, 0.3, -2.1]), 1e-5);
        expect(at([-2, 0.3, 1.9])).not.toBeCloseToTensor(at([1, 0.3, 1.9]), 1e-3);
      }
    });
  });

  test('a masked network of circular inputs still sees no input before its turn', () => {
    tidied(() => {
      const network = buildNetwork(maskedMlp({ circular: 1, hidden: [12, 12], sequence: 'reverse' }), [4], [8], [2]);
      const { params } = moved(network);
      const x = [0.1, -0.5, 0.7, 0.2];
      const context = normal([1, 2], 5);
      const at = (values: number[]) => [...network.apply(params, tensorOf(values, [1, 4]), { context }).dataSync()];
      const before = at(x);
      for (const input of x.keys()) {
        const after = at(x.map((v, i) => (i === input ? v + 0.3 : v)));
        for (const [output, value] of after.entries()) expect(value !== before[output]).toBe(output % 4 < input);
      }
    });
  });
});

test('attention refuses heads that do not divide its width', () => {
  expect(() => buildNetwork(attention({ width: 6, heads: 4 }), [2, 2, 1], [2, 2, 1])).toThrow(/4 heads must divide/);
});
