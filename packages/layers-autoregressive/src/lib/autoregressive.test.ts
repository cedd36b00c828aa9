import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { defineNetwork, type FlowParams, flow, isDiffeoError, load, normal, save } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { maskedMlp, mlp } from '@diffeo/networks';
import { affine } from '@diffeo/ops';
import { randomiseParams } from '@diffeo/testing';
import { abs, add, max, mul, setBackend, slice, square, sub, sum, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { beforeAll, describe, expect, test } from 'vitest';
import { autoregressive } from './autoregressive.ts';
import { autoregressiveDefinitions } from './autoregressive-definitions.ts';
import { iaf, maf, splineMAF } from './presets.ts';

const furthest = (a: Tensor, b: Tensor): number => tidied(() => max(abs(sub(a, b)))).dataSync()[0] as number;

const numbers = (x: Tensor): number[] => [...x.dataSync()];

describe.each(['cpu', 'wasm'])('autoregressive flows on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
  });

  test.each([
    ['maf', maf],
    ['iaf', iaf],
    ['splineMAF', splineMAF],
  ] as const)('%s comes back from 16 dimensions, saved and loaded', async (_, preset) => {
    const made = flow({ eventShape: [16], layers: preset({ layers: 3, hidden: [32, 32], sequence: 'random' }) });
    const moved = randomiseParams(made.layout, made.init(1), 2, 0.3) as FlowParams;
    const { model, params } = load(await save(made, moved), { definitions: autoregressiveDefinitions });
    const z = normal([9, 16], 3);
    expect(furthest(model.toBase(params, model.toData(params, z)).value, z)).toBeLessThan(1e-4);
  });

  test('is solved as it is defined: number by number, rows alone', () => {
    const size = 12;
    const model = flow({ eventShape: [size], layers: maf({ layers: 1, hidden: [24], activation: 'tanh' }) });
    const params = randomiseParams(model.layout, model.init(1), 2) as FlowParams;
    const z = normal([6, size], 3);
    const x = model.toData(params, z);
    // Affine, so that one number is found from its value at 0 and at 1 when those before it are known.
    const found = Array.from({ length: 6 }, () => new Array<number>(size).fill(0));
    for (let j = 0; j < size; j++) {
      const at = (value: number) => {
        const rows = found.map((row) => row.map((number, i) => (i === j ? value : number)));
        return numbers(slice(model.toBase(params, tensor2d(rows)).value, [0, j], [6, 1]));
      };
      const [zero, one, wanted] = [at(0), at(1), numbers(slice(z, [0, j], [6, 1]))];
      for (const [i, row] of found.entries()) {
        row[j] = ((wanted[i] as number) - (zero[i] as number)) / ((one[i] as number) - (zero[i] as number));
      }
    }
    expect(furthest(x, tensor2d(found))).toBeLessThan(1e-4);
    expect(numbers(model.toData(params, slice(z, [4, 0], [1, size])))).toEqual(numbers(slice(x, [4, 0], [1, size])));
  });
});

describe('an autoregressive layer', () => {
  beforeAll(async () => {
    registerGradients();
    await setBackend('cpu');
  });

  test('has a gradient of its gradient in the direction that is solved', () => {
    const conditioner = maskedMlp({ hidden: [8], activation: 'tanh' });
    const model = flow({ eventShape: [3], layers: [autoregressive({ transform: affine(), conditioner })] });
    const params = randomiseParams(model.layout, model.init(1), 2) as FlowParams;
    const z = normal([2, 3], 3);
    const gradientAt = (at: Tensor): Tensor =>
      differentiate(() => sum(square(model.toData(params, at))), [at]).grads[0] as Tensor;
    const [second] = differentiate(() => sum(square(gradientAt(z))), [z]).grads as [Tensor];
    const along = normal([2, 3], 4);
    const at = (step: number) => numbers(sum(square(gradientAt(add(z, mul(along, step))))))[0] as number;
    const expected = (at(1e-2) - at(-1e-2)) / 2e-2;
    expect(numbers(sum(mul(second, along)))[0] as number).toBeCloseTo(expected, 1);
  });

  test('is solved in far fewer rounds than there are numbers where they depend on few', () => {
    const size = 64;
    let evaluations = 0;
    /** maskedMlp, counted. */
    const counted = defineNetwork({
      type: 'test/counted',
      version: 1,
      schema: strictObject({}),
      build: (_, site) => (inputShape, outputShape) => {
        const { stack: _stack, ...network } = site.build(maskedMlp({ hidden: [128] }), 'network')(
          inputShape,
          outputShape,
        );
        return {
          ...network,
          apply: (...given) => {
            evaluations++;
            return network.apply(...given);
          },
        };
      },
    });
    const model = flow({
      eventShape: [size],
      layers: [autoregressive({ transform: affine(), conditioner: counted() })],
    });
    const params = randomiseParams(model.layout, model.init(1), 2, 0.3) as FlowParams;
    const z = normal([32, size], 3);
    const x = model.toData(params, z);
    expect(evaluations).toBeGreaterThan(4);
    expect(evaluations).toBeLessThan(size / 2);
    expect(furthest(model.toBase(params, x).value, z)).toBeLessThan(1e-4);

    // As many as there are numbers at most: nothing is left to look at then, and the log-determinant comes with the last.
    evaluations = 0;
    const few = flow({ eventShape: [3], layers: [autoregressive({ transform: affine(), conditioner: counted() })] });
    few.toData(randomiseParams(few.layout, few.init(1), 2) as FlowParams, normal([5, 3], 4));
    expect(evaluations).toBe(3);
  });

  test('refuses networks that are not autoregressive, and sequences that do not fit', () => {
    const build = (conditioner: ReturnType<typeof maskedMlp>) => {
      try {
        flow({ eventShape: [3], layers: [autoregressive({ transform: affine(), conditioner })] });
      } catch (error) {
        return isDiffeoError(error) ? `${error.code} ${error.message}` : String(error);
      }
      return 'built';
    };
    expect(build(mlp())).toMatch(/^SHAPE .*must be autoregressive, as maskedMlp\(\) is/);
    expect(build(maskedMlp({ sequence: [0, 2] }))).toMatch(/^SHAPE .*each of 0 … 2 once; got 2 entries/);
    expect(build(maskedMlp({ sequence: [0, 2, 2] }))).toMatch(/^SHAPE .*each of 0 … 2 once/);
    expect(build(maskedMlp({ sequence: [2, 0, 1] }))).toBe('built');
  });
});
