import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { type Flow, type FlowParams, flow, isDiffeoError, normal } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { logAbsDeterminant, randomiseParams } from '@diffeo/testing';
import {
  abs,
  eye,
  matMul,
  max,
  mul,
  setBackend,
  sub,
  type Tensor,
  type Tensor2D,
  transpose,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { invertibleLinear } from '../invertible-linear.ts';

type Config = NonNullable<Parameters<typeof invertibleLinear>[0]>;

const families: Readonly<Record<string, Config>> = {
  reflections: { matrix: 'orthogonal' },
  'random reflections': { matrix: 'orthogonal', init: 'rotation' },
  'few reflections': { matrix: 'orthogonal', reflections: 2 },
  exponential: { matrix: 'orthogonal', by: 'exponential' },
  'random exponential': { matrix: 'orthogonal', by: 'exponential', init: 'rotation' },
  'lower triangle': { matrix: 'triangular' },
  'upper triangle': { matrix: 'triangular', triangle: 'upper' },
  QR: { matrix: 'qr', init: 'rotation' },
  'low rank': { matrix: 'low-rank', rank: 3 },
};

const model = (size: number, config: Config): Flow => flow({ eventShape: [size], layers: [invertibleLinear(config)] });
const distance = (a: Tensor, b: Tensor): number => max(abs(sub(a, b))).dataSync()[0] as number;
const moved = ({ layout, init }: Flow): FlowParams => randomiseParams(layout, init(7), 9, 0.5) as FlowParams;
/** The rows of Wᵀ: the images of the unit vectors. */
const imagesOf = ({ bijector, eventShape }: Flow, { layers }: FlowParams): Tensor2D =>
  bijector.inverse(layers, eye(eventShape[0] as number), {}).value as Tensor2D;

describe.each(['cpu', 'wasm'])('families of matrices on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
  });

  test.each(Object.entries(families))('%s: logDet is of the matrix, and both directions fit', (_, config) => {
    tidied(() => {
      for (const size of [1, 2, 7, 48]) {
        const made = model(size, config);
        const params = moved(made);
        const x = normal([4, size], 8);
        const { value, logDet } = made.bijector.inverse(params.layers, x, {});
        const expected = logAbsDeterminant(Float64Array.from(imagesOf(made, params).dataSync()), size);
        expect(Math.abs((logDet.dataSync()[0] as number) - expected)).toBeLessThan(2e-5 * (1 + Math.abs(expected)));
        const back = made.bijector.forward(params.layers, value, {});
        expect(distance(back.value, x), `${size} channels`).toBeLessThan(size > 7 ? 2e-4 : 2e-5);
        expect(distance(back.logDet, mul(logDet, -1))).toBeLessThan(1e-6);
      }
    });
  });

  test.each(Object.entries(families).slice(0, 5))('%s: what is orthogonal keeps lengths', (_, config) => {
    tidied(() => {
      const made = model(24, config);
      const images = imagesOf(made, moved(made));
      expect(distance(matMul(images, transpose(images)), eye(24))).toBeLessThan(3e-6);
    });
  });

  test.each([3, 4, 30, 1e4])('an exponential of numbers of size %d still keeps lengths', (size) => {
    tidied(() => {
      const made = model(48, { matrix: 'orthogonal', by: 'exponential' });
      const layers = [{ generator: mul(normal([48, 48], 3), size) }];
      const images = imagesOf(made, { ...made.init(1), layers } as unknown as FlowParams);
      expect(distance(matMul(images, transpose(images)), eye(48))).toBeLessThan(1e-5);
    });
  });

  test.each(Object.entries(families).filter(([, config]) => !('init' in config)))(
    '%s starts at the identity or near it',
    (_, config) => {
      tidied(() => {
        const made = model(6, config);
        expect(distance(imagesOf(made, made.init(3)), eye(6))).toBeLessThan(0.05);
      });
    },
  );

  test('a mirror without a normal mirrors nothing', () => {
    tidied(() => {
      const made = model(3, { matrix: 'orthogonal', reflections: 2 });
      const params = { ...made.init(1), layers: [{ normals: mul(normal([2, 3], 1), 0) }] } as unknown as FlowParams;
      expect(distance(imagesOf(made, params), eye(3))).toBe(0);
    });
  });
});

test.each([
  [{ matrix: 'orthogonal', reflections: 3 }, /CONFIG .*reflections/],
  [{ matrix: 'orthogonal', by: 'exponential', reflections: 2 }, /SHAPE .*'reflections' is for by: 'reflections'/],
  [{ matrix: 'low-rank', rank: 0 }, /CONFIG .*rank/],
  [{ matrix: 'triangular', triangle: 'both' }, /CONFIG .*triangle/],
])('%j is refused', (config, message) => {
  let found = 'built';
  try {
    model(3, config as Config);
  } catch (error) {
    found = isDiffeoError(error) ? `${error.code} ${error.message}` : String(error);
  }
  expect(found).toMatch(message);
});
