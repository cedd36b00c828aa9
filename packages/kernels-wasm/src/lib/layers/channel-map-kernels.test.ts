import { normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { type ChannelMatrix, type ChannelScale, channelMap } from '@diffeo/ops';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import { add, mul, sum, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { heapGrowth } from '../../../test/heap.ts';
import { plainChannelMap } from '../../../test/plain-channel-map.ts';
import { describeBuilds } from '../../../test/with-build.ts';

installMatchers();

const directions = ['forward', 'inverse'] as const;

const cases = fc.record({
  batch: fc.integer({ min: 1, max: 7 }),
  inner: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 2 }),
  channels: fc.oneof(fc.integer({ min: 1, max: 17 }), fc.constantFrom(24, 31, 48, 66)),
  given: fc.constantFrom('scale', 'matrix', 'both'),
  direction: fc.constantFrom(...directions),
  seed: fc.integer(),
});

const drawScale = (channels: number, seed: number): ChannelScale => ({
  shift: normal([channels], seed),
  logScale: mul(normal([channels], seed + 1), 0.5),
});
const drawMatrix = (channels: number, seed: number): ChannelMatrix => ({
  matrix: mul(normal([channels, channels], seed), 1 / Math.sqrt(channels)),
  logDet: normal([], seed + 1),
});

/** The value, the log-determinant, and the gradients of a weighted sum of both. */
function run(
  map: typeof channelMap,
  x: Tensor,
  scale: ChannelScale | null,
  matrix: ChannelMatrix | null,
  direction: 'forward' | 'inverse',
  [dValue, dLogDet]: readonly [Tensor, Tensor],
): Tensor[] {
  const sources = [
    x,
    ...(scale ? [scale.shift, scale.logScale] : []),
    ...(matrix ? [matrix.matrix, matrix.logDet] : []),
  ];
  const { value, logDet } = map(x, scale, matrix, direction);
  const weighted = () => {
    const result = map(x, scale, matrix, direction);
    return add(sum(mul(result.value, dValue)), sum(mul(result.logDet, dLogDet)));
  };
  return [value, logDet, ...(differentiate(weighted, sources).grads as Tensor[])];
}

const numbersOf = (tensor: Tensor): number[] => [...tensor.dataSync()];

/** The largest number of a tensor. */
const largest = (tensor: Tensor): number =>
  numbersOf(tensor).reduce((most, number) => Math.max(most, Math.abs(number)), 0);

describeBuilds('maps of channels', () => {
  beforeAll(() => registerGradients());

  test('have the value, log-determinant and gradients of their composition', () => {
    fc.assert(
      fc.property(cases, ({ batch, inner, channels, given, direction, seed }) => {
        tidied(() => {
          const shape = [batch, ...inner, channels];
          const x = normal(shape, seed);
          const scale = given === 'matrix' ? null : drawScale(channels, seed + 1);
          const matrix = given === 'scale' ? null : drawMatrix(channels, seed + 3);
          const slopes = [normal(shape, seed + 5), normal([batch], seed + 6)] as const;
          const slow = run(plainChannelMap, x, scale, matrix, direction, slopes);
          for (const [i, result] of run(channelMap, x, scale, matrix, direction, slopes).entries()) {
            const truth = slow[i] as Tensor;
            expect(result.shape).toEqual(truth.shape);
            expect(result).toBeCloseToTensor(truth, 1e-5 * (1 + largest(truth)));
          }
        });
      }),
      { numRuns: 150 },
    );
  });

  test.each([1, 3, 4, 5, 12])('thousands of rows of %i channels have gradients to 1e-5', (channels) => {
    tidied(() => {
      const shape = [64, 14, 14, channels];
      const slopes = [normal(shape, 1), normal([64], 2)] as const;
      const x = normal(shape, 3);
      const [scale, matrix] = [drawScale(channels, 4), drawMatrix(channels, 6)];
      for (const direction of directions) {
        for (const [ofScale, ofMatrix] of [
          [scale, matrix],
          [scale, null],
          [null, matrix],
        ] as const) {
          const slow = run(plainChannelMap, x, ofScale, ofMatrix, direction, slopes);
          for (const [i, result] of run(channelMap, x, ofScale, ofMatrix, direction, slopes).entries()) {
            expect(result).toBeCloseToTensor(slow[i] as Tensor, 1e-5 * largest(slow[i] as Tensor));
          }
        }
      }
    });
  });

  test('are no less exact than two maps where scales go from 1e-4 to 1e4 and data lie far from 0', () => {
    tidied(() => {
      const [rows, channels] = [300, 9];
      const sizes = Array.from({ length: channels }, (_, c) => 10 ** (c - 4));
      const matrix = drawMatrix(channels, 1);
      const scale = {
        shift: tensor1d(sizes.map((size, c) => (c % 2 ? -800 : 300) * size)),
        logScale: tensor1d(sizes.map((size) => Math.log(size))),
      };
      const weights = normal([rows, channels], 2);
      for (const direction of directions) {
        const x =
          direction === 'inverse'
            ? add(mul(normal([rows, channels], 3), tensor1d(sizes)), scale.shift)
            : normal([rows, channels], 3);
        const dValue = direction === 'inverse' ? weights : mul(weights, tensor1d(sizes.map((size) => 1 / size)));
        const slopes = [dValue, zeros([rows])] as const;
        const truths = exact(x, scale, matrix.matrix, dValue, direction);
        const results = [channelMap, plainChannelMap].map((map) => run(map, x, scale, matrix, direction, slopes));
        for (const [i, { name, values, period }] of truths.entries()) {
          // Value and gradients but the log-determinant's.
          const place = [0, 2, 3, 4, 5][i] as number;
          const [own, other] = results.map((result) => errors((result[place] as Tensor).dataSync(), values, period));
          for (const [c, error] of (own as number[]).entries()) {
            expect(error, `${direction}: ${name} of channel ${c}`).toBeLessThan(
              2 * ((other as number[])[c] as number) + 2e-6,
            );
          }
        }
      }
    });
  });

  test.each([0, 3])('rows of %i channels that there are none of give an empty value', (channels) => {
    tidied(() => {
      const x = zeros([channels ? 0 : 2, channels]);
      for (const direction of directions) {
        const { value, logDet } = channelMap(x, drawScale(channels, 1), channels ? drawMatrix(3, 3) : null, direction);
        expect([value.shape, logDet.shape]).toEqual([x.shape, [x.shape[0]]]);
      }
    });
  });

  test('leave nothing behind, in tensors or in the heap', () => {
    const x = normal([5, 3, 6], 1);
    const [scale, matrix] = tidied(() => [drawScale(6, 2), drawMatrix(6, 4)] as const);
    const step = () =>
      tidied(() => {
        for (const direction of directions) {
          differentiate(() => sum(channelMap(x, scale, matrix, direction).value), [x, scale.shift, matrix.matrix]);
          differentiate(() => sum(channelMap(x, scale, null, direction).value), [x, scale.shift]);
        }
      });
    expect(countTensors(step)).toBe(0);
    expect(heapGrowth(step, 500)).toBe(0);
  });
});

/** The largest error of each of so many columns, relative to the largest number there. */
function errors(values: ArrayLike<number>, truth: Float64Array, period: number): number[] {
  return Array.from({ length: period }, (_, c) => {
    let [most, off] = [0, 0];
    for (let k = c; k < truth.length; k += period) {
      most = Math.max(most, Math.abs(truth[k] as number));
      off = Math.max(off, Math.abs((values[k] as number) - (truth[k] as number)));
    }
    return off / most;
  });
}

/** The value of a map of both kinds, and its gradients, in float64 on the host. */
function exact(x: Tensor, scale: ChannelScale, matrix: Tensor, dValue: Tensor, direction: 'forward' | 'inverse') {
  const [rows, n] = x.shape as [number, number];
  const [points, dy, w] = [x.dataSync(), dValue.dataSync(), matrix.dataSync()];
  const [shift, logScale] = [scale.shift.dataSync(), scale.logScale.dataSync()];
  const at = (list: ArrayLike<number>, k: number): number => list[k] as number;
  const made = (name: string, size: number, period: number) => ({ name, values: new Float64Array(size), period });
  const value = made('value', rows * n, n);
  const dx = made('dx', rows * n, n);
  const dShift = made('dShift', n, n);
  const dLogScale = made('dLogScale', n, n);
  const dMatrix = made('dMatrix', n * n, n);
  const up = direction === 'forward';
  const scaleOf = (c: number) => Math.exp((up ? 1 : -1) * at(logScale, c));
  for (let r = 0; r < rows; r++) {
    const entered = Array.from({ length: n }, (_, c) =>
      up ? at(points, r * n + c) : (at(points, r * n + c) - at(shift, c)) * scaleOf(c),
    );
    const slope = Array.from({ length: n }, (_, c) => at(dy, r * n + c) * (up ? scaleOf(c) : 1));
    for (let i = 0; i < n; i++) {
      let [sum, back] = [0, 0];
      for (let j = 0; j < n; j++) {
        sum += at(w, i * n + j) * at(entered, j);
        back += at(w, j * n + i) * at(slope, j);
        dMatrix.values[i * n + j] = at(dMatrix.values, i * n + j) + at(slope, i) * at(entered, j);
      }
      value.values[r * n + i] = up ? sum * scaleOf(i) + at(shift, i) : sum;
      dx.values[r * n + i] = up ? back : back * scaleOf(i);
      dShift.values[i] = at(dShift.values, i) + (up ? at(dy, r * n + i) : -back * scaleOf(i));
      dLogScale.values[i] =
        at(dLogScale.values, i) + (up ? at(dy, r * n + i) * sum * scaleOf(i) : -back * at(entered, i));
    }
  }
  return [value, dx, dShift, dLogScale, dMatrix];
}
