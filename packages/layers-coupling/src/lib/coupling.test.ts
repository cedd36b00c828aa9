import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { countParams, flow, mapParams, negativeLogLikelihood, normal, type Spec } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { gradients } from '@diffeo/core/gradients';
import { convolutional, mlp } from '@diffeo/networks';
import { affine } from '@diffeo/ops';
import { jacobian, logAbsDeterminant, randomiseParams } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import { abs, add, fill, max, mul, neg, reshape, setBackend, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { additiveCoupling } from './additive-coupling.ts';
import { affineCoupling } from './affine-coupling.ts';
import { type CouplingOptions, coupling } from './coupling.ts';
import { imageCoupling } from './image-coupling.ts';

installMatchers();

const conditioner = mlp({ hidden: [8], activation: 'tanh' });
const definitions = { affine: affineCoupling, additive: additiveCoupling } as const;

/** A flow of one coupling whose parameters are far enough from their start that nothing is near the identity. */
function built(spec: Spec<'layer'>, eventShape: readonly number[], contextShape: readonly number[] | null = null) {
  const model = flow({ eventShape, contextShape, layers: [spec] });
  const { layers } = randomiseParams(model.layout, model.init(1), 5);
  return { ...model, layers };
}

describe.each(['cpu', 'wasm'])('couplings on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
  });

  describe.each(['affine', 'additive'] as const)('%s', (name) => {
    const define = definitions[name];

    test.each(['halves', 'alternating', { random: 3 }, { identityColumns: [1] }, { identityColumns: [] }] as const)(
      'mask %j: inverts, and both log-determinants are those of the Jacobian, swapped or not, with context or without',
      (mask) => {
        for (const [size, swap, contextShape] of [
          [3, false, null],
          [3, true, [2]],
          [4, true, null],
          [4, false, [2]],
        ] as const) {
          if (swap && typeof mask === 'object' && 'identityColumns' in mask && mask.identityColumns.length === 0)
            continue;
          tidied(() => {
            const config = { mask: mask as 'halves', swap, conditioner };
            const { bijector, layers } = built(define(config), [size], contextShape);
            const call = contextShape ? { context: normal([1, 2], 9) } : {};
            const x = normal([1, size], 2);
            const there = bijector.inverse(layers, x, call);
            const back = bijector.forward(layers, there.value, call);
            expect(back.value).toBeCloseToTensor(x, 1e-4);
            expect(back.logDet).toBeCloseToTensor(neg(there.logDet), 1e-4);
            for (const direction of ['forward', 'inverse'] as const) {
              const matrix = jacobian((point: Tensor) => bijector[direction](layers, point, call).value, x);
              expect(bijector[direction](layers, x, call).logDet).toBeCloseToTensor(
                [logAbsDeterminant(matrix, size)],
                1e-4,
              );
            }
          });
        }
      },
    );

    test('what stays is untouched to the bit, what changes changes', () => {
      tidied(() => {
        const { bijector, layers } = built(define({ mask: { identityColumns: [0, 2] } }), [4]);
        const x = normal([6, 4], 3);
        const [before, after] = [x.dataSync(), bijector.inverse(layers, x, {}).value.dataSync()];
        for (const [i, value] of before.entries()) {
          if (i % 4 === 0 || i % 4 === 2) expect(after[i]).toBe(value);
          else expect(after[i]).not.toBe(value);
        }
      });
    });

    test('an event that is not a vector is treated as its numbers in order', () => {
      tidied(() => {
        const spec = define({ mask: { random: 4 }, conditioner });
        const [matrix, vector] = [built(spec, [2, 3]), built(spec, [6])];
        const x = normal([5, 2, 3], 3);
        const of = matrix.bijector.inverse(matrix.layers, x, {});
        const flat = vector.bijector.inverse(vector.layers, reshape(x, [5, 6]), {});
        expect(of.value).toBeCloseToTensor(reshape(flat.value, [5, 2, 3]), 0);
        expect(of.logDet).toBeCloseToTensor(flat.logDet, 0);
      });
    });

    test('one dimension without context: one learned map of the whole line', () => {
      tidied(() => {
        const { bijector, layers, layout, init } = built(define(), [1]);
        expect(countParams(layout)).toBe(name === 'affine' ? 2 : 1);
        const x = tensor2d([[-1], [0], [2]]);
        expect(bijector.inverse(init(1).layers, x, {}).value).toBeCloseToTensor(x, 0);
        const [low = 0, zero = 0, high = 0] = bijector.inverse(layers, x, {}).value.dataSync();
        const slope = zero - low;
        expect(high - zero).toBeCloseTo(2 * slope, 5);
        if (name === 'affine') expect(slope).not.toBeCloseTo(1, 2);
        else expect(slope).toBeCloseTo(1, 5);
        expect(zero).not.toBeCloseTo(0, 2);
      });
    });

    test('one dimension with context: a map that the context chooses', () => {
      tidied(() => {
        const { bijector, layers } = built(define(), [1], [2]);
        const x = fill([3, 1], 0.5);
        const context = tensor2d([
          [1, 0],
          [1, 0],
          [0, 2],
        ]);
        const [a, b, c] = bijector.inverse(layers, x, { context }).value.dataSync();
        expect(a).toBe(b);
        expect(Math.abs((a as number) - (c as number))).toBeGreaterThan(1e-2);
      });
    });

    test('the likelihood of a conditional coupling teaches every parameter', () => {
      tidied(() => {
        const { layers: _, ...model } = built(define({ conditioner }), [3], [2]);
        const params = randomiseParams(model.layout, model.init(1), 3);
        const [x, context] = [normal([20, 3], 1), normal([20, 2], 2)];
        const found = gradients(model.layout, params, (tree) => negativeLogLikelihood(model, tree, x, { context }));
        expect(found.gradients).toHaveLength(4);
        for (const { tensor, path } of found.gradients) {
          expect(max(abs(tensor)).dataSync()[0], path).toBeGreaterThan(1e-6);
        }
      });
    });
  });

  test.each([0.5, 3])('log-scales stay within the bound %d, however far the parameters go', (bound) => {
    tidied(() => {
      const model = flow({ eventShape: [4], layers: [affineCoupling({ bound, conditioner })] });
      const x = normal([8, 4], 1);
      for (const push of [1, 20, 1e4]) {
        const { layers } = mapParams(model.layout, model.init(1), (leaf) => leaf && add(mul(leaf, 1000), push));
        for (const direction of ['forward', 'inverse'] as const) {
          const { value, logDet } = model.bijector[direction](layers, x, {});
          // Two dimensions change.
          expect(max(abs(logDet)).dataSync()[0]).toBeLessThanOrEqual(2 * bound * (1 + 1e-6));
          expect(value.dataSync().every(Number.isFinite)).toBe(true);
        }
      }
    });
  });

  test('an additive coupling keeps volumes: its logDet is 0 to the bit', () => {
    tidied(() => {
      const { bijector, layers } = built(additiveCoupling({ conditioner }), [5]);
      expect(bijector.inverse(layers, normal([7, 5], 1), {}).logDet).toBeCloseToTensor(Array(7).fill(0), 0);
    });
  });

  test.each([
    [{ identityColumns: [0, 0] }, /keeps \[0, 0\], which must be different dimensions from 0 to 3/],
    [{ identityColumns: [4] }, /different dimensions from 0 to 3/],
    [
      { identityColumns: [0, 1, 2, 3] },
      /layers\.0 \(@diffeo\/layers-coupling\/coupling\), event shape \[4\]: .*keeps every dimension/,
    ],
  ])('a mask %j is refused, with the name of the layer', (mask, message) => {
    expect(() => flow({ eventShape: [4], layers: [affineCoupling({ mask })] })).toThrow(message);
  });

  test.each([
    ['channels', [4], /the mask 'channels' is for images/],
    ['channels', [2, 2, 1], /one channel cannot be split: squeeze the image first/],
    ['checkerboard', [1, 1, 4], /one pixel has no neighbour/],
  ] as const)('the mask %s of an event %j is refused', (mask, eventShape, message) => {
    expect(() => flow({ eventShape, layers: [affineCoupling({ mask })] })).toThrow(message);
  });

  test('a convolutional network refuses vectors and contexts that do not fit, and says what does', () => {
    const layers = [affineCoupling({ conditioner: convolutional() })];
    expect(() => flow({ eventShape: [4, 4, 2], layers })).toThrow(/give the coupling of an image the mask 'channels'/);
    const images = { eventShape: [4, 4, 2], layers: [imageCoupling()] };
    expect(() => flow({ ...images, contextShape: [6, 4, 1] })).toThrow(/the same multiple of 4 × 4; got \[6, 4, 1\]/);
  });

  test('couplings of 2²⁴ dimensions cost nothing until they run: nothing is listed before it is needed', () => {
    const begin = process.cpuUsage();
    const vectors: CouplingOptions['mask'][] = ['halves', 'alternating', { random: 1 }, { identityColumns: [3] }];
    for (const swap of [false, true]) {
      flow({ eventShape: [2 ** 24 - 1], layers: vectors.map((mask) => affineCoupling({ mask, swap })) });
      const images = (['channels', 'checkerboard'] as const).map((mask) =>
        affineCoupling({ mask, swap, conditioner: convolutional({ width: 1 }) }),
      );
      flow({ eventShape: [2 ** 12, 2 ** 11, 2], layers: images });
    }
    // Listed, one of them takes longer.
    expect(process.cpuUsage(begin).user).toBeLessThan(5e6); // microseconds of work, whatever else the machine does
  });

  test('an mlp conditions images too', () => {
    tidied(() => {
      const { bijector, layers } = built(affineCoupling({ mask: 'channels', conditioner }), [2, 2, 2]);
      const x = normal([3, 2, 2, 2], 1);
      const { value, logDet } = bijector.inverse(layers, x, {});
      const back = bijector.forward(layers, value, {});
      expect(back.value).toBeCloseToTensor(x, 1e-4);
      expect(back.logDet).toBeCloseToTensor(neg(logDet), 1e-4);
    });
  });

  test.each([
    [{ bound: 0 }, 'bound'],
    [{ bound: 21 }, 'bound'],
    [
      { mask: 'thirds' },
      "expected 'halves', 'alternating', 'channels', 'checkerboard', { random: seed } or { identityColumns: [dimensions] }",
    ],
    [{ mask: { identityColumns: [-1] } }, 'mask'],
    [{ hidden: [64] }, "there is no option 'hidden'"],
    [{ bond: 3 }, "there is no option 'bond'; did you mean 'bound'?"],
    [null, 'affineCoupling: options are an object'],
    [[3], 'affineCoupling: options are an object'],
  ])('the configuration %j is refused', (config, message) => {
    expect(() => affineCoupling(config as Parameters<typeof affineCoupling>[0])).toThrowError(
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining(message) }),
    );
  });
});

test.each([
  [{ offset: 2 }, /'offset' is for the scale 'sigmoid' and 'inverse-sigmoid' and 'softplus'/],
  [{ scale: 'exp', least: 0.1 }, /'least' is for the scale 'sigmoid' and 'softplus'/],
  [{ scale: 'inverse-sigmoid', least: 0.1 }, /'least' is for the scale 'sigmoid' and 'softplus'/],
  [{ scale: 'sigmoid', most: 2 }, /'most' is for the scale 'softplus'/],
  [{ scale: 'exp', bound: 2 }, /'bound' is for the scale 'tanh' and 'atan' and 'soft-clip'/],
  [{ scale: 'sigmoid', bound: 3 }, /'bound' is for the scale 'tanh'/],
  [{ scale: 'softplus', bound: 3 }, /'bound' is for the scale 'tanh'/],
] as const)('affine(%j): an option that its scale does not take is refused', (config, message) => {
  expect(() => flow({ eventShape: [2], layers: [coupling({ transform: affine(config) })] })).toThrow(message);
});

test('the bound of affine is 3 for scales that have one, and nothing for those that have none', () => {
  expect([affine(), affine({ scale: 'atan' })].map(({ config }) => config)).toEqual([
    { bound: 3 },
    { bound: 3, scale: 'atan' },
  ]);
  for (const scale of ['exp', 'sigmoid', 'inverse-sigmoid', 'softplus'] as const) {
    expect(affine({ scale }).config).toEqual({ scale });
    flow({ eventShape: [2], layers: [coupling({ transform: affine({ scale }) })] });
  }
});
