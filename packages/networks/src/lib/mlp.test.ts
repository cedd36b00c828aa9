import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { normal, type Shape, sizeOf } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { countTensors, randomiseParams } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import {
  abs,
  add,
  concat,
  elu,
  matMul,
  max,
  relu,
  reshape,
  setBackend,
  sigmoid,
  type Tensor,
  type Tensor2D,
  tanh,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildNetwork } from '../../test/build-network.ts';
import { mlp } from './mlp.ts';

installMatchers();

const inputs = 3;
const outputs = 2;
const functions = { relu, tanh, elu, sigmoid } as const;

type Layers = readonly { readonly weight: Tensor2D; readonly bias: Tensor }[];

function network(spec: ReturnType<typeof mlp>, contextShape: Shape | null = null) {
  const built = buildNetwork(spec, [inputs], [outputs], contextShape);
  return {
    apply: (params: Layers, x: Tensor, context?: Tensor) => built.apply(params, x, context ? { context } : {}),
    initial: (): Layers => built.init(1),
    moved: (): Layers => randomiseParams(built.layout, built.init(1), 2),
  };
}

describe.each(['cpu', 'wasm'])('mlp on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
  });

  test('biases start at 0, or apart in the hidden layers alone, by the number of inputs', () => {
    tidied(() => {
      const biases = (options: object) => {
        const { initial } = network(mlp({ hidden: [300, 300], ...options }));
        return initial().map(({ bias }) => [...bias.dataSync()]);
      };
      expect(
        biases({})
          .flat()
          .every((value) => value === 0),
      ).toBe(true);
      const [first = [], second = [], last = []] = biases({ biasScale: 2 });
      for (const [values, within] of [
        [first, 2 / Math.sqrt(inputs)],
        [second, 2 / Math.sqrt(300)],
      ] as const) {
        expect(Math.max(...values)).toBeLessThanOrEqual(within);
        expect(Math.min(...values)).toBeGreaterThanOrEqual(-within);
        // Of 300 uniform numbers the largest is below this once in 10¹³ times.
        expect(Math.max(...values)).toBeGreaterThan(0.8 * within);
        expect(Math.min(...values)).toBeLessThan(-0.8 * within);
      }
      expect(last).toEqual([0, 0]);
    });
  });

  describe.each(['relu', 'tanh', 'elu', 'sigmoid'] as const)('%s', (activation) => {
    test.each([[[]], [[4]], [[5, 4]], [[4, 4, 4]]])(
      'hidden %j: dense layers with the activation between them',
      (hidden) => {
        tidied(() => {
          const { apply, moved } = network(mlp({ hidden, activation }));
          const params = moved();
          const x = normal([6, inputs], 3);
          const layers = params;
          expect(layers.map(({ weight }) => weight.shape)).toEqual(
            [...hidden, outputs].map((width, i) => [[inputs, ...hidden][i], width]),
          );
          const plain = layers.reduce<Tensor>((h, { weight, bias }, i) => {
            const z = add(matMul(h as Tensor2D, weight), bias);
            return i < hidden.length ? functions[activation](z) : z;
          }, x);
          expect(apply(params, x)).toBeCloseToTensor(plain);
        });
      },
    );
  });

  test('residual: hidden layers that keep their width add their input', () => {
    tidied(() => {
      const { apply, moved } = network(mlp({ hidden: [4, 4], activation: 'tanh', residual: true }));
      const params = moved();
      const x = normal([6, inputs], 3);
      const dense = (h: Tensor, i: number): Tensor => {
        const { weight, bias } = params[i] as Layers[number];
        return add(matMul(h as Tensor2D, weight), bias);
      };
      const first = tanh(dense(x, 0));
      const second = add(first, tanh(dense(first, 1)));
      expect(apply(params, x)).toBeCloseToTensor(dense(second, 2));
    });
  });

  test('a context of any shape is flattened and joined to the input', () => {
    tidied(() => {
      const { apply, moved } = network(mlp({ hidden: [] }), [2, 2]);
      const params = moved();
      const [x, context] = [normal([6, inputs], 3), normal([6, 2, 2], 4)];
      const [{ weight, bias }] = params as [Layers[number]];
      expect(weight.shape).toEqual([inputs + sizeOf([2, 2]), outputs]);
      const joined = concat([x, reshape(context, [6, 4])], 1) as Tensor2D;
      expect(apply(params, x, context)).toBeCloseToTensor(add(matMul(joined, weight), bias));
    });
  });

  test('at the start it says little, and nothing of it is left behind', () => {
    const run = () =>
      tidied(() => {
        const { apply, initial } = network(mlp());
        const said = max(abs(apply(initial(), normal([100, inputs], 3)))).dataSync()[0] as number;
        expect(said).toBeGreaterThan(0);
        expect(said).toBeLessThan(0.1);
      });
    expect(countTensors(run)).toBe(0);
  });

  test.each([
    [{ hidden: [0] }, 'hidden'],
    [{ hidden: [1.5] }, 'hidden'],
    [{ hidden: [1e9] }, 'hidden'],
    [{ activation: 'gelu' }, 'activation'],
    [{ width: 3 }, 'width'],
  ])('%j is refused', (config, message) => {
    expect(() => mlp(config as Parameters<typeof mlp>[0])).toThrowError(
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining(message) }),
    );
  });
});
