import '@tensorflow/tfjs-backend-wasm';
import {
  disposeParams,
  type FlowParams,
  flow,
  type HostTensor,
  hostNumbers,
  invert,
  normal,
  readSafetensors,
  type Spec,
  writeSafetensors,
} from '@diffeo/core';
import { autoregressive, maf, splineMAF } from '@diffeo/layers-autoregressive';
import { coupling, realNVP } from '@diffeo/layers-coupling';
import { haar } from '@diffeo/layers-glow';
import { pluLinear } from '@diffeo/layers-linear';
import { maskedResidualMlp, mlp } from '@diffeo/networks';
import { affine, heavyTails, rationalQuadratic } from '@diffeo/ops';
import { randomiseParams } from '@diffeo/testing';
import { add, memory, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { exampleOf, examples } from '../../../test/exported-models.ts';
import { fixture } from '../../../test/fixtures.ts';
import { differences, recipeOf } from '../../../test/parity.ts';
import { importPyTorch } from '../import-pytorch.ts';
import { toPyTorch } from './to-pytorch.ts';

beforeAll(async () => {
  await setBackend('wasm');
});

test.each(Object.keys(examples))('%s: written for nflows and read again, it is the same density', async (name) => {
  const { model, params } = await exampleOf(name);
  const { bytes, recipe } = await toPyTorch(model, params);
  const again = await importPyTorch(bytes, recipe);
  const x = normal([200, 3], 5);
  const call = model.contextShape ? { context: normal([200, 2], 6) } : {};
  const [ours, theirs] = [model.logProb(params, x, call), again.model.logProb(again.params, x, call)].map((scores) => [
    ...scores.dataSync(),
  ]) as [number[], number[]];
  const apart = ours.map((score, i) => Math.abs(score - (theirs[i] as number)) / Math.max(1, Math.abs(score)));
  // A knot of a spline may lie between what either side rounds to.
  expect(apart.sort((a, b) => a - b)[197]).toBeLessThan(1e-5);
  expect(apart.at(-1)).toBeLessThan(1e-3);
});

// What nflows has of its own comes back under its own names.
test.each([
  'nflows-real-nvp',
  'nflows-nsf-context',
  'nflows-maf-context',
  'nflows-maf-feedforward',
  'nflows-spline-maf',
])('%s: read and written again it is still PyTorch’s density', async (name) => {
  const { model, params } = await importPyTorch(fixture(name), recipeOf(name));
  const { bytes, recipe } = await toPyTorch(model, params);
  const again = await importPyTorch(bytes, recipe);
  const { logProb, data } = differences(name, again);
  expect(logProb.share).toBeLessThan(1);
  expect(data.share).toBeLessThan(1);
  const names = (file: Uint8Array) =>
    [...readSafetensors(file).tensors.keys()].filter((key) => /transform_net|autoregressive_net/.test(key));
  expect(names(bytes).sort()).toEqual(names(fixture(name)).sort());
  disposeParams(model.layout, params);
});

test('linear layers are written from the layer, and leave no tensor behind', async () => {
  const { model, params } = await exampleOf('linear layers');
  const before = memory().numTensors;
  await toPyTorch(model, params);
  expect(memory().numTensors).toBe(before);
});

test.each([
  ['pluLinear', (layer: Spec<'layer'>) => layer],
  ['the inverse of one', (layer: Spec<'layer'>) => invert({ layer })],
])('a bias that is far larger than the matrix takes no digit of it: %s', async (_, around) => {
  const model = flow({ eventShape: [2], layers: [around(pluLinear({ bias: true }))] });
  const params = model.init(1);
  const [{ bias, factors }] = params.layers as unknown as [Record<'bias' | 'factors', Tensor>];
  const own = { ...params, layers: [{ ...params.layers[0], bias: add(bias, [3e5, 1]), factors: add(factors, 0.1) }] };
  const { bytes } = await toPyTorch(model, own as FlowParams);
  const weight = hostNumbers('', readSafetensors(bytes).tensors.get('_transform._transforms.0._weight') as HostTensor);
  const scale = Math.exp(5 * Math.tanh(0.1 / 5)); // W = [[1, 0], [0.1, 1]] · [[scale, 0.1], [0, scale]]
  const direct = [scale, 0.1, 0.1 * scale, 0.01 + scale];
  const [a, b, c, d] = direct as [number, number, number, number];
  const det = a * d - b * c;
  const expected = around(pluLinear()).$type === invert.type ? [d / det, -b / det, -c / det, a / det] : direct;
  for (const [i, value] of expected.entries()) expect(Math.abs((weight[i] as number) - value)).toBeLessThan(1e-6);
});

test('twelve linear layers of one width keep their order in a file whose names are sorted as text, as PyTorch writes it', async () => {
  const model = flow({ eventShape: [3], layers: realNVP({ layers: 2, hidden: Array<number>(11).fill(4) }) });
  const params = randomiseParams(model.layout, model.init(1), 2, 0.5);
  const { bytes, recipe } = await toPyTorch(model, params);
  const sorted = new Map([...readSafetensors(bytes).tensors].sort(([a], [b]) => (a < b ? -1 : 1)));
  const names = [...sorted.keys()].filter((name) => name.endsWith('weight'));
  expect(names.slice(0, 3).map((name) => name.match(/layers\.(\d+)/)?.[1])).toEqual(['0', '1', '10']);
  const again = await importPyTorch(writeSafetensors({ tensors: sorted, metadata: {} }), recipe);
  const x = normal([50, 3], 3);
  const [ours, theirs] = [model.logProb(params, x), again.model.logProb(again.params, x)].map((scores) => [
    ...scores.dataSync(),
  ]) as [number[], number[]];
  for (const [i, score] of ours.entries()) expect(Math.abs(score - (theirs[i] as number))).toBeLessThan(1e-4);
});

test('the code makes the transforms in the order of the layers', async () => {
  const { model, params } = await exampleOf('residual networks and permutations');
  const { code, recipe } = await toPyTorch(model, params);
  const transforms = code.slice(code.indexOf('transforms = ['));
  expect(transforms.match(/\n {8}\w+\(/g)?.map((line) => line.trim())).toEqual([
    'Permutation(',
    'PiecewiseRationalQuadraticCouplingTransform(',
    'Permutation(',
    'PiecewiseRationalQuadraticCouplingTransform(',
  ]);
  expect(code).toContain('DiagonalNormal([3])');
  expect(recipe).toEqual({
    ...{ library: 'nflows', transforms: 4, activation: 'tanh' },
    ...{ minBinWidth: 1e-3, minBinHeight: 1e-3, minDerivative: 1e-3 },
    at: { 1: { tailBound: 3 }, 3: { tailBound: 2 } },
  });
});

describe('what nflows has not is refused by its name', () => {
  test.each<[string, readonly Spec<'layer'>[], RegExp]>([
    [
      'another affine autoregressive layer',
      maf({ layers: 1 }),
      /'layers\.0': autoregressive layers of nflows are those with/,
    ],
    [
      'splines that see the base',
      [autoregressive({ transform: rationalQuadratic(), conditionOn: 'base' })],
      /see data/,
    ],
    [
      'one hidden layer',
      splineMAF({ layers: 1, hidden: [8] }),
      /'layers\.0\.network': MADE of nflows is maskedMlp\(\) with two hidden/,
    ],
    ['hidden layers of two widths', splineMAF({ layers: 1, hidden: [8, 7] }), /two hidden layers of one width/],
    ['residual layers', splineMAF({ layers: 1, residual: true }), /residual/],
    [
      'residual blocks without preactivation',
      [autoregressive({ transform: rationalQuadratic(), conditioner: maskedResidualMlp() })],
      /maskedResidualMlp\(\{ preactivation: true \}\)/,
    ],
    ['a transform', [coupling({ transform: heavyTails() })], /'@diffeo\/ops\/heavy-tails' has no equivalent/],
    [
      'a network',
      [coupling({ transform: affine(), conditioner: mlp({ residual: true }) })],
      /mlp\(\{ residual: true \}\)/,
    ],
    ['splines of zuko', [coupling({ transform: rationalQuadratic({ softClip: 2 }) })], /without softClip/],
  ])('%s', async (_, layers, message) => {
    const model = flow({ eventShape: [3], layers });
    await expect(toPyTorch(model, model.init(1))).rejects.toMatchObject({
      code: 'IMPORT',
      message: expect.stringMatching(message),
    });
  });

  test('images', async () => {
    const model = flow({ eventShape: [2, 2, 1], layers: [haar()] });
    await expect(toPyTorch(model, model.init(1))).rejects.toMatchObject({ code: 'SHAPE' });
  });

  test('a model that has not started', async () => {
    const { model } = await exampleOf('additive');
    await expect(toPyTorch(model, model.init(1))).rejects.toMatchObject({ code: 'UNSTARTED' });
  });

  test('parameters of another model', async () => {
    const [one, other] = [realNVP({ layers: 1, hidden: [4] }), realNVP({ layers: 2, hidden: [4] })].map((layers) =>
      flow({ eventShape: [3], layers }),
    ) as [ReturnType<typeof flow>, ReturnType<typeof flow>];
    await expect(toPyTorch(one, other.init(1))).rejects.toMatchObject({ name: 'DiffeoError' });
  });
});
