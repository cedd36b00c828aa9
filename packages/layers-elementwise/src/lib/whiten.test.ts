import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { type Flow, type FlowParams, flow, load, randomSource, save } from '@diffeo/core';
import { ready, setBackend, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { elementwiseDefinitions } from './elementwise-definitions.ts';
import { whiten } from './whiten.ts';

async function started(rows: Float32Array, size: number): Promise<{ model: Flow; params: FlowParams; x: Tensor }> {
  const x = tensor2d(rows, [rows.length / size, size]);
  const model = flow({ eventShape: [size], layers: [whiten()] });
  return { model, params: await model.start(model.init(1), x), x };
}

/** The log-density of rows under the normal of their mean and covariance, in float64: by elimination, column by column. */
function gaussianLogProb(rows: Float32Array, size: number): number[] {
  const count = rows.length / size;
  const columns = Array.from({ length: size }, (_, j) =>
    Array.from({ length: count }, (_, i) => rows[i * size + j] as number),
  );
  const logProb = new Array<number>(count).fill(0);
  const left = columns.map((column) => {
    const mean = column.reduce((a, b) => a + b, 0) / count;
    return column.map((value) => value - mean);
  });
  // Gram–Schmidt: what is left of each column is normal and independent of those before it.
  for (const [j, column] of left.entries()) {
    for (const before of left.slice(0, j)) {
      const slope =
        column.reduce((sum, value, i) => sum + value * (before[i] as number), 0) /
        before.reduce((sum, v) => sum + v * v, 0);
      for (const i of column.keys()) column[i] = (column[i] as number) - slope * (before[i] as number);
    }
    const variance = column.reduce((sum, value) => sum + value * value, 0) / count;
    for (const [i, value] of column.entries()) {
      logProb[i] = (logProb[i] as number) - 0.5 * Math.log(2 * Math.PI * variance) - (value * value) / (2 * variance);
    }
  }
  return logProb;
}

/** Rows of four columns in different units, all of which depend on the first. */
function dependentRows(count: number): Float32Array {
  const source = randomSource(3);
  return Float32Array.from(
    Array.from({ length: count }, () => {
      const first = source.normal();
      return [
        1e4 + 1e3 * first,
        0.01 * (first + source.normal()),
        -5 + 2 * source.normal() - first,
        1e6 * (0.99 * first + 0.1 * source.normal()),
      ];
    }).flat(),
  );
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    await ready();
  });

  test('an untrained flow is the Gaussian of full covariance', async () => {
    const rows = dependentRows(300);
    const { model, params, x } = await started(rows, 4);
    const truth = gaussianLogProb(rows, 4);
    for (const [i, score] of model.logProb(params, x).dataSync().entries()) {
      expect(Math.abs(score - (truth[i] as number))).toBeLessThan(2e-4);
    }
  });

  test('goes back to the data, and is saved', async () => {
    const rows = dependentRows(300);
    const { model, params, x } = await started(rows, 4);
    const back = model.toData(params, model.toBase(params, x).value).dataSync();
    const sizes = [1e4, 0.01, 5, 1e6];
    for (const [i, value] of rows.entries()) {
      expect(Math.abs((back[i] as number) - value)).toBeLessThan(2e-6 * (sizes[i % 4] as number));
    }
    const copy = load(await save(model, params), { definitions: elementwiseDefinitions });
    expect(copy.model.logProb(copy.params, x).dataSync()).toEqual(model.logProb(params, x).dataSync());
  });

  test('columns that are functions of others, or constant, keep everything finite', async () => {
    const source = randomSource(5);
    const rows = Float32Array.from(
      Array.from({ length: 100 }, () => {
        const [a, b] = [source.normal(), source.normal()];
        return [a, b, a + b, 2 * a, 7, a + 1e-7 * b];
      }).flat(),
    );
    const { model, params, x } = await started(rows, 6);
    const { value, logDet } = model.toBase(params, x);
    for (const number of [...value.dataSync(), ...logDet.dataSync()]) expect(Number.isFinite(number)).toBe(true);
    // What float32 leaves of a column that others explain is rounding, and is not blown up.
    for (const number of value.dataSync()) expect(Math.abs(number)).toBeLessThan(20);
    const back = model.toData(params, value).dataSync();
    for (const [i, number] of rows.entries()) expect(Math.abs((back[i] as number) - number)).toBeLessThan(1e-4);
  });

  test('fewer rows than columns, one row, and columns of the same numbers start too', async () => {
    for (const rows of [
      [1, 2, 3, 5, 1, 4],
      [1, 2, 3],
      [4, 4, 4, 4, 4, 4],
    ]) {
      const { model, params, x } = await started(Float32Array.from(rows), 3);
      for (const score of model.logProb(params, x).dataSync()) expect(Number.isFinite(score)).toBe(true);
    }
  });
});
