import '@tensorflow/tfjs-backend-wasm';
import { type Flow, flow, hydrate, type Shape, type Spec, shuffled } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { setBackend, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { linearDefinitions } from '../linear-definitions.ts';
import { permute } from './permute.ts';
import { reverse } from './reverse.ts';

const model = (layer: Spec<'layer'>, eventShape: Shape): Flow => flow({ eventShape, layers: [layer] });

/** The values that a direction maps an event to. */
const mapped = ({ bijector, eventShape }: Flow, direction: 'forward' | 'inverse', event: readonly number[]): number[] =>
  tidied(() => Array.from(bijector[direction]([{}], tensor([...event], [1, ...eventShape]), {}).value.dataSync()));

beforeAll(async () => {
  await setBackend('wasm');
});

describe('permute', () => {
  test('the inverse takes z[i] = x[permutation[i]], and the forward direction puts it back', () => {
    const layer = model(permute({ permutation: [2, 0, 1] }), [3]);
    expect(mapped(layer, 'inverse', [10, 11, 12])).toEqual([12, 10, 11]);
    expect(mapped(layer, 'forward', [12, 10, 11])).toEqual([10, 11, 12]);
  });

  test('it permutes the channels of every position alike', () => {
    const layer = model(permute({ permutation: [1, 0] }), [2, 2, 2]);
    expect(mapped(layer, 'inverse', [1, 2, 3, 4, 5, 6, 7, 8])).toEqual([2, 1, 4, 3, 6, 5, 8, 7]);
  });

  test('a seed draws the same permutation wherever it is built, and another seed another', () => {
    const event = [...Array(20).keys()];
    const drawn = (seed: number) => mapped(model(permute({ seed }), [20]), 'inverse', event);
    expect(drawn(3)).toEqual([...shuffled(20, 3)]);
    expect(drawn(3)).toEqual(drawn(3));
    expect(drawn(4)).not.toEqual(drawn(3));
  });

  test('it comes back from JSON with its order', () => {
    const spec = { eventShape: [3], layers: [permute({ permutation: [2, 0, 1] })] };
    const back = flow(hydrate(JSON.parse(JSON.stringify(spec)), linearDefinitions));
    expect(mapped(back, 'inverse', [10, 11, 12])).toEqual([12, 10, 11]);
  });

  test.each([
    ['nothing', {}, 'takes either { permutation'],
    ['both', { permutation: [0], seed: 1 }, 'takes either { permutation'],
    ['a surplus setting', { seed: 1, axis: 0 }, 'takes either { permutation'],
    ['text in the permutation', { permutation: ['0'] }, 'takes either { permutation'],
    ['a fraction in the permutation', { permutation: [0, 0.5] }, 'permutation.1'],
    ['a negative number in the permutation', { permutation: [0, -1] }, 'permutation.1'],
    ['a fraction as the seed', { seed: 0.5 }, 'seed'],
  ])('%s is refused', (_, config, message) => {
    expect(() => permute(config as never)).toThrowError(
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining(message) }),
    );
  });

  test.each([
    ['too short', [0, 1]],
    ['too long', [0, 1, 2, 3]],
    ['twice the same', [0, 1, 1]],
    ['out of range', [0, 1, 3]],
    ['empty', []],
  ])('a permutation that is %s is refused when the flow is built, by the layer’s name', (_, permutation) => {
    expect(() => model(permute({ permutation }), [3])).toThrowError(
      expect.objectContaining({
        code: 'SHAPE',
        message: expect.stringMatching(/^layers\.0 \(@diffeo\/layers-linear\/permute\).*each of 0 … 2 once/),
      }),
    );
  });
});

describe('reverse', () => {
  test('it reverses the last axis in both directions', () => {
    const layer = model(reverse(), [2, 3]);
    expect(mapped(layer, 'inverse', [1, 2, 3, 4, 5, 6])).toEqual([3, 2, 1, 6, 5, 4]);
    expect(mapped(layer, 'forward', [1, 2, 3, 4, 5, 6])).toEqual([3, 2, 1, 6, 5, 4]);
  });

  test('a setting is refused', () => {
    expect(() => reverse({ axis: 1 } as never)).toThrowError(expect.objectContaining({ code: 'CONFIG' }));
  });
});

test.each([
  ['permute', permute({ seed: 1 })],
  ['reverse', reverse()],
])('%s needs an axis', (_, layer) => {
  expect(() => model(layer, [])).toThrowError(
    expect.objectContaining({ code: 'SHAPE', message: expect.stringContaining('last axis') }),
  );
});
