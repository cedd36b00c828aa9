import '@tensorflow/tfjs-backend-cpu';
import { chain, flow, normal, type Shape, type Spec, save } from '@diffeo/core';
import { convolutional, mlp } from '@diffeo/networks';
import { randomiseParams } from '@diffeo/testing';
import { setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { fileInFloat64, type Numbers } from '../../../test/file-in-float64.ts';
import { affineCoupling } from '../affine-coupling.ts';
import { realNVP } from '../presets/real-nvp.ts';
import { couplingColumns } from './coupling-columns.ts';

beforeAll(async () => {
  await setBackend('cpu');
});

describe('the columns of a coupling', () => {
  const conditioner = convolutional({ width: 4 });
  test.each<[Spec<'layer'>, Shape]>([
    [affineCoupling({ mask: 'alternating', swap: true }), [5]],
    [affineCoupling({ mask: { random: 3 } }), [2, 3]],
    [affineCoupling({ mask: 'channels', conditioner }), [2, 2, 3]],
    [affineCoupling({ mask: 'channels', swap: true, conditioner }), [1, 2, 2]],
    [affineCoupling({ mask: 'checkerboard', conditioner }), [2, 3, 2]],
    [affineCoupling({ mask: 'checkerboard', swap: true, conditioner }), [3, 2, 1]],
  ])('are those that stay and those that change (%#)', (spec, eventShape) => {
    const model = flow({ eventShape, layers: [spec] });
    const params = randomiseParams(model.layout, model.init(1), 2);
    const x = normal([4, ...eventShape], 3);
    const [before, after] = [x.dataSync(), model.toBase(params, x).value.dataSync()];
    const { identityColumns, transformedColumns } = couplingColumns(spec, eventShape);
    const size = before.length / 4;
    expect([...identityColumns, ...transformedColumns].sort((a, b) => a - b)).toEqual([...Array(size).keys()]);
    for (const d of identityColumns) expect(after[d]).toBe(before[d]);
    for (const d of transformedColumns) expect(after[d]).not.toBe(before[d]);
  });

  test('of what is not a coupling, or of an event that the mask does not fit, are refused', () => {
    expect(() => couplingColumns(chain({ layers: [] }), [3])).toThrow(/takes a coupling .* got '@diffeo\/core\/chain'/);
    expect(() => couplingColumns(affineCoupling({ mask: 'channels' }), [3])).toThrow(/for images/);
  });
});

test('a saved model is evaluated in float64 by its file and what the README says', async () => {
  const layers = [
    ...realNVP({ layers: 5, hidden: [7, 7], activation: 'tanh', residual: true, bound: 2 }),
    affineCoupling({ mask: 'halves', conditioner: mlp({ hidden: [], activation: 'tanh' }) }),
  ];
  const model = flow({ eventShape: [5], contextShape: [2], layers });
  const params = randomiseParams(model.layout, model.init(1), 2, 0.3);
  const columns = layers.map((layer) => couplingColumns(layer, [5]));
  const elsewhere = fileInFloat64(await save(model, params), JSON.parse(JSON.stringify(columns)));

  const [x, context] = [normal([50, 5], 3), normal([50, 2], 4)];
  const rows = (tensor: Tensor): Numbers[] => tensor.arraySync() as number[][];
  const ours = model.logProb(params, x, { context }).dataSync();
  const [points, contexts] = [rows(x), rows(context)];
  const theirs = points.map((point, i) => elsewhere.logProb(point, contexts[i] as Numbers));
  for (const [i, value] of theirs.entries()) {
    expect(Math.abs(value - (ours[i] as number)) / Math.max(1, Math.abs(value))).toBeLessThan(1e-5);
  }

  const drawn = rows(model.toData(params, x, { context }));
  for (const [i, row] of drawn.entries()) {
    const data = elsewhere.toData(points[i] as Numbers, contexts[i] as Numbers);
    for (const [d, value] of row.entries()) expect(Math.abs((data[d] as number) - value)).toBeLessThan(1e-5);
  }
});
