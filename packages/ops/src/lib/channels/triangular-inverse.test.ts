import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { randomSource } from '@diffeo/core';
import { differentiate, product, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { memory, mul, setBackend, sum, type Tensor, tensor2d, transpose, zerosLike } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type TriangularInverseOptions, triangularInverse } from './triangular-inverse.ts';

type Triangle = TriangularInverseOptions['triangle'];

/** A full matrix with a diagonal well away from 0. The triangle that must not be read is as large as the other. */
function randomMatrix(size: number, seed: number): Float32Array {
  const { normal } = randomSource(seed);
  return Float32Array.from({ length: size * size }, (_, k) =>
    k % (size + 1) === 0 ? 1.5 + 0.2 * normal() : normal() / Math.sqrt(size),
  );
}

/** The triangle of a matrix, float64 on the host. */
function triangleOf(matrix: Float32Array, size: number, triangle: Triangle, unitDiagonal: boolean): Float64Array {
  return Float64Array.from(matrix, (value, k) => {
    const [row, column] = [Math.floor(k / size), k % size];
    if (row === column) return unitDiagonal ? 1 : value;
    return row > column === (triangle === 'lower') ? value : 0;
  });
}

/** The largest entry of |T · X − I|, float64 on the host. */
function residual(matrix: Float64Array, inverse: ArrayLike<number>, size: number): number {
  let worst = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let total = row === column ? -1 : 0;
      for (let k = 0; k < size; k++) {
        total += (matrix[row * size + k] as number) * (inverse[k * size + column] as number);
      }
      worst = Math.max(worst, Math.abs(total));
    }
  }
  return worst;
}

const kinds = (['lower', 'upper'] as const).flatMap((triangle) =>
  [false, true].map((unitDiagonal) => ({ triangle, unitDiagonal })),
);

describe.each(['cpu', 'wasm'])('triangularInverse on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    registerGradients();
  });

  describe.each(kinds)('$triangle, unit diagonal: $unitDiagonal', (options) => {
    test.each([1, 2, 3, 5, 8, 48, 64, 65, 192])('is the inverse at size %i to 2e-6', (size) => {
      const values = randomMatrix(size, size);
      tidied(() => {
        const inverse = triangularInverse(tensor2d(values, [size, size]), options);
        expect(inverse.shape).toEqual([size, size]);
        const matrix = triangleOf(values, size, options.triangle, options.unitDiagonal);
        expect(residual(matrix, inverse.dataSync(), size)).toBeLessThan(2e-6);
      });
    });

    test.each([1, 6, 70])('its gradient is −X⊤·G·X⊤ on what it reads and 0 elsewhere, size %i', (size) => {
      tidied(() => {
        const matrix = tensor2d(randomMatrix(size, 3), [size, size]);
        const weight = tensor2d(randomMatrix(size, 4), [size, size]);
        const f = () => sum(mul(triangularInverse(matrix, options), weight));
        const actual = (differentiate(f, [matrix]).grads[0] ?? zerosLike(matrix)).dataSync();
        const turned = transpose(triangularInverse(matrix, options));
        const full = product(product(turned, weight), turned).dataSync();
        for (const [k, value] of actual.entries()) {
          const [row, column] = [Math.floor(k / size), k % size];
          const inside = options.triangle === 'lower' ? row > column : row < column;
          const read = inside || (row === column && !options.unitDiagonal);
          expect(Math.abs(value + (read ? (full[k] as number) : 0))).toBeLessThan(2e-5);
        }
      });
    });
  });

  test('it may be differentiated twice', () => {
    tidied(() => {
      // The inverse of [[x, 0], [c, y]] sums to f = 1/x + 1/y − c/(xy). At c = 0 the sum s of its slopes has the slopes
      // ∂s/∂x = 2/x³ + 1/(x²y), ∂s/∂c = 1/(x²y) + 1/(xy²), ∂s/∂y = 2/y³ + 1/(xy²).
      const matrix = tensor2d([2, 0, 0, 4], [2, 2]);
      const slope = (f: () => Tensor): Tensor => differentiate(f, [matrix]).grads[0] as Tensor;
      const second = slope(() => sum(slope(() => sum(triangularInverse(matrix, { triangle: 'lower' })))));
      expect(Array.from(second.dataSync())).toEqual([2 / 8 + 1 / 16, 0, 1 / 16 + 1 / 32, 2 / 64 + 1 / 32]);
    });
  });

  test('it leaves one tensor, its value, behind', () => {
    const matrix = tensor2d(randomMatrix(70, 1), [70, 70]);
    const before = memory().numTensors;
    tidied(() => triangularInverse(matrix, { triangle: 'upper' })).dispose();
    expect(memory().numTensors).toBe(before);
    matrix.dispose();
  });

  test('a matrix that is not square is refused', () => {
    const matrix = tensor2d([1, 2], [1, 2]);
    expect(() => triangularInverse(matrix, { triangle: 'lower' })).toThrowError(
      expect.objectContaining({ code: 'SHAPE', message: expect.stringContaining('[1, 2]') }),
    );
    matrix.dispose();
  });
});
