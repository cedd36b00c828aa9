import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { type Flow, type FlowParams, flow, isDiffeoError, normal, type Spec } from '@diffeo/core';
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
import { lowRankLinear } from './low-rank-linear.ts';
import { orthogonalLinear } from './orthogonal-linear.ts';
import { qrLinear } from './qr-linear.ts';
import { triangularLinear } from './triangular-linear.ts';

const families: Readonly<Record<string, Spec<'layer'>>> = {
  reflections: orthogonalLinear(),
  'random reflections': orthogonalLinear({ init: 'rotation' }),
  'few reflections': orthogonalLinear({ reflections: 2 }),
  exponential: orthogonalLinear({ by: 'exponential' }),
  'random exponential': orthogonalLinear({ by: 'exponential', init: 'rotation' }),
  'lower triangle': triangularLinear(),
  'upper triangle': triangularLinear({ triangle: 'upper' }),
  QR: qrLinear({ init: 'rotation' }),
  'low rank': lowRankLinear({ rank: 3 }),
};

const model = (size: number, layer: Spec<'layer'>): Flow => flow({ eventShape: [size], layers: [layer] });
const distance = (a: Tensor, b: Tensor): number => max(abs(sub(a, b))).dataSync()[0] as number;
const moved = ({ layout, init }: Flow): FlowParams => randomiseParams(layout, init(7), 9, 0.5) as FlowParams;
/** The rows of Wᵀ: the images of the unit vectors. */
const imagesOf = ({ bijector, eventShape }: Flow, { layers }: FlowParams): Tensor2D =>
  bijector.inverse(layers, eye(eventShape[0] as number), {}).value as Tensor2D;

describe.each(['cpu', 'wasm'])('families of matrices on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
  });

  test.each(Object.entries(families))('%s: logDet is of the matrix, and both directions fit', (_, layer) => {
    tidied(() => {
      for (const size of [1, 2, 7, 48]) {
        const made = model(size, layer);
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

  test.each(Object.entries(families).slice(0, 5))('%s: what is orthogonal keeps lengths', (_, layer) => {
    tidied(() => {
      const made = model(24, layer);
      const images = imagesOf(made, moved(made));
      expect(distance(matMul(images, transpose(images)), eye(24))).toBeLessThan(3e-6);
    });
  });

  test.each([3, 4, 30, 1e4])('an exponential of numbers of size %d still keeps lengths', (size) => {
    tidied(() => {
      const made = model(48, orthogonalLinear({ by: 'exponential' }));
      const layers = [{ generator: mul(normal([48, 48], 3), size) }];
      const images = imagesOf(made, { ...made.init(1), layers } as unknown as FlowParams);
      expect(distance(matMul(images, transpose(images)), eye(48))).toBeLessThan(1e-5);
    });
  });

  test.each(Object.entries(families).filter(([name]) => !/random|QR/.test(name)))(
    '%s starts at the identity or near it',
    (_, layer) => {
      tidied(() => {
        const made = model(6, layer);
        expect(distance(imagesOf(made, made.init(3)), eye(6))).toBeLessThan(0.05);
      });
    },
  );

  test('a mirror without a normal mirrors nothing', () => {
    tidied(() => {
      const made = model(3, orthogonalLinear({ reflections: 2 }));
      const params = { ...made.init(1), layers: [{ normals: mul(normal([2, 3], 1), 0) }] } as unknown as FlowParams;
      expect(distance(imagesOf(made, params), eye(3))).toBe(0);
    });
  });
});

test.each<[() => Spec<'layer'>, RegExp]>([
  [() => orthogonalLinear({ reflections: 3 }), /CONFIG .*reflections/],
  [() => orthogonalLinear({ by: 'exponential', reflections: 2 }), /SHAPE .*'reflections' is for by: 'reflections'/],
  [() => lowRankLinear({ rank: 0 }), /CONFIG .*rank/],
  [() => triangularLinear({ triangle: 'both' as never }), /CONFIG .*triangle/],
])('%s is refused', (make, message) => {
  let found = 'built';
  try {
    model(3, make());
  } catch (error) {
    found = isDiffeoError(error) ? `${error.code} ${error.message}` : String(error);
  }
  expect(found).toMatch(message);
});
