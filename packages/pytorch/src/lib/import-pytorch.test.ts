import '@tensorflow/tfjs-backend-wasm';
import { disposeParams, type HostTensor, hostNumbers, readSafetensors, writeSafetensors } from '@diffeo/core';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { fixture, numbersIn } from '../../test/fixtures.ts';
import { recipeOf } from '../../test/parity.ts';
import { importPyTorch, type PyTorchRecipe } from './import-pytorch.ts';

beforeAll(async () => {
  await setBackend('wasm');
});

type Tensors = Map<string, HostTensor>;

/** A fixture with its tensors changed. */
function changed(name: string, change: (tensors: Tensors) => void): Uint8Array {
  const tensors: Tensors = new Map(readSafetensors(fixture(name)).tensors);
  change(tensors);
  return writeSafetensors({ tensors, metadata: {} });
}

const floats = (values: readonly number[], shape: readonly number[], dtype: 'F32' | 'F64' = 'F64'): HostTensor => ({
  ...{ dtype, shape },
  bytes: new Uint8Array((dtype === 'F64' ? Float64Array.from(values) : Float32Array.from(values)).buffer),
});

/** Some rows and their log-densities beside the model, as a user saves them. */
function withRows(tensors: Tensors, shift = 0): void {
  const [points, values] = [numbersIn(fixture('points')), numbersIn(fixture('nflows-nsf.values'))];
  tensors.set('check.x', floats([...points('x').subarray(0, 60)], [20, 3], 'F32'));
  tensors.set(
    'check.log_prob',
    floats(
      [...values('log_prob').subarray(0, 20)].map((value) => value + shift),
      [20],
    ),
  );
}

describe('rows in the file', () => {
  test('hold the model to what PyTorch said', async () => {
    const { check, model, params } = await importPyTorch(changed('nflows-nsf', withRows), recipeOf('nflows-nsf'));
    expect(check?.rows).toBe(20);
    expect(check?.greatest).toBeLessThan(1e-5);
    disposeParams(model.layout, params);
  });

  test.each<[string, object]>([
    ['another activation', { activation: 'elu' }],
    ['another bound', { tailBound: 4 }],
    ['other floors', { minDerivative: 0.1 }],
  ])('refuse a recipe with %s, and leave no tensor', async (_, wrong) => {
    const before = memory().numTensors;
    await expect(
      importPyTorch(changed('nflows-nsf', withRows), { ...recipeOf('nflows-nsf'), ...wrong } as PyTorchRecipe),
    ).rejects.toMatchObject({
      code: 'INEXACT',
      message: expect.stringMatching(/row \d+ of check\.x has the log-density .* here and .* there/),
    });
    expect(memory().numTensors).toBe(before);
  });
});

test('a row that is no number here is not forgotten for rows after it that agree', async () => {
  const bytes = changed('nflows-nsf', (tensors) => {
    withRows(tensors);
    const x = hostNumbers('check.x', tensors.get('check.x') as HostTensor);
    x.set([3e38, -3e38, 3e38]);
    tensors.set('check.x', floats([...x], [20, 3], 'F32'));
  });
  await expect(importPyTorch(bytes, recipeOf('nflows-nsf'))).rejects.toMatchObject({
    code: 'INEXACT',
    message: expect.stringMatching(/row 0 of check\.x has the log-density NaN here/),
  });
});

test('an additive AffineCouplingBlock of two features is one, though it has as many outputs as half of an affine one', async () => {
  const block = 'flows.0.flows.1.param_map.net.0';
  const tensors: Tensors = new Map([
    ['q0.loc', floats([0, 0], [1, 2])],
    ['q0.log_scale', floats([0, 0], [1, 2])],
    [`${block}.weight`, floats([3], [1, 1])],
    [`${block}.bias`, floats([0.5], [1])],
    ['check.x', floats([1, 4, -1, 0], [2, 2])],
    // x₂ is z₂ + 3·z₁ + 0.5, and a density of two standard normals is that of its distance from 0.
    ['check.log_prob', floats([-Math.log(2 * Math.PI) - 0.625, -Math.log(2 * Math.PI) - 3.625], [2])],
  ]);
  const bytes = writeSafetensors({ tensors, metadata: {} });
  const recipe = { library: 'normflows', flows: 1, activation: 'relu', splitMode: 'channel' } as const;
  const { model, params, check } = await importPyTorch(bytes, recipe);
  expect(check?.greatest).toBeLessThan(1e-6);
  disposeParams(model.layout, params);
  await expect(importPyTorch(bytes, { ...recipe, splitMode: 'channel_inv' })).rejects.toMatchObject({
    code: 'INEXACT',
  });
});

const weight = '_transform._transforms.3.transform_net.initial_layer.weight';
const glow = { library: 'normflows', activation: 'relu', scaleMap: 'sigmoid', splitMode: 'channel' };

test('the logscaleFactor of GlowBase is refused where all bases are DiagGaussian', async () => {
  const bytes = changed('normflows-glow', (tensors) => {
    for (const name of ['q0.0.loc_logs', 'q0.0.log_scale_logs']) tensors.delete(name);
  });
  const { model, params } = await importPyTorch(bytes, recipeOf('normflows-glow'));
  disposeParams(model.layout, params);
  const recipe = { ...recipeOf('normflows-glow'), logscaleFactor: 2 } as PyTorchRecipe;
  await expect(importPyTorch(bytes, recipe)).rejects.toMatchObject({
    code: 'CONFIG',
    message: expect.stringContaining('the recipe says logscaleFactor'),
  });
});

test.each<[string, string, (tensors: Tensors) => void, string, RegExp]>([
  ['a tensor is missing', 'nflows-nsf', (t) => t.delete(weight), 'MISSING_TENSOR', new RegExp(weight)],
  [
    'one too many',
    'nflows-nsf',
    (t) => t.set('_embedding_net.weight', floats([1], [1])),
    'SURPLUS_TENSOR',
    /_embedding_net\.weight/,
  ],
  [
    'one too many inside',
    'nflows-nsf',
    (t) => t.set('_transform._transforms.1.more', floats([1], [1])),
    'SURPLUS_TENSOR',
    /1\.more/,
  ],
  [
    'beyond float32',
    'nflows-nsf',
    (t) => t.set(weight, floats(Array(12).fill(1e39), [12, 1])),
    'OVERFLOW',
    /1e\+39 at position 0/,
  ],
  [
    'scales of which float32 cannot hold what a layer here has of them',
    'nflows-nsf',
    (t) => t.set('_transform._transforms.2.log_scale', floats([-200, 0, 0], [3])),
    'OVERFLOW',
    /layers\.2\.shift' -?\d.*e\+\d+, which float32 cannot hold/,
  ],
  [
    'NaN',
    'nflows-nsf',
    (t) => t.set(weight, floats(Array(12).fill(Number.NaN), [12, 1])),
    'NOT_FINITE',
    /NaN at position 0/,
  ],
  [
    'batch norm in a network',
    'nflows-nsf',
    (t) => t.set('_transform._transforms.3.transform_net.blocks.0.batch_norm_layers.0.weight', floats([1], [1])),
    ...(['IMPORT', /blocks\.0\.batch_norm_layers': batch norm inside a network/] as const),
  ],
  [
    'a transform that nobody knows',
    'nflows-linear',
    (t) => t.set('_transform._transforms.8.temperature', floats([1], [1])),
    ...(['IMPORT', /_transforms\.8': the recipe says 8 transforms for this list/] as const),
  ],
  [
    'a mask that is none of a sequence',
    'nflows-maf',
    (t) => {
      const key = '_transform._transforms.1.autoregressive_net.initial_layer.mask';
      const mask = hostNumbers(key, t.get(key) as HostTensor).map((value, i) => (i < 3 ? 1 - value : value));
      t.set(key, floats([...mask], [10, 3]));
    },
    ...(['IMPORT', /the mask of unit 0 is not one of a sequence/] as const),
  ],
  [
    'an actnorm that has not started',
    'nflows-nsf',
    (t) => t.set('_transform._transforms.2.initialized', { dtype: 'BOOL', shape: [], bytes: Uint8Array.of(0) }),
    ...(['IMPORT', /has not been initialised/] as const),
  ],
  [
    'a base of zuko that is none of normals',
    'zuko-nsf',
    (t) => {
      for (const name of ['loc', 'scale']) t.delete(`base.${name}`);
      t.set('base.lower', floats([0, 0, 0], [3])).set('base.upper', floats([1, 1, 1], [3]));
    },
    ...(['IMPORT', /only the base DiagNormal is read; this one has lower, upper/] as const),
  ],
  [
    'a transform of zuko without a network',
    'zuko-nsf',
    (t) => {
      for (const name of [...t.keys()]) if (name.startsWith('transform.transforms.0.')) t.delete(name);
      t.set('transform.transforms.0.bound', floats([1], [1]));
    },
    ...(['IMPORT', /only masked autoregressive transforms and couplings of zuko/] as const),
  ],
  [
    'more flows of normflows than the recipe says',
    'normflows-nsf',
    (t) => t.set('flows.6.prqct.identity_features', floats([0], [1])),
    ...(['IMPORT', /'flows\.6': the recipe says 6 flows/] as const),
  ],
  [
    'a base of normflows that is none of normals',
    'normflows-nsf',
    (t) => t.delete('q0.log_scale'),
    ...(['IMPORT', /only DiagGaussian is read as a base/] as const),
  ],
  [
    'a module of FrEIA that nobody knows',
    'freia-glow',
    (t) => {
      for (const name of [...t.keys()]) if (name.startsWith('module_list.1.')) t.delete(name);
      t.set('module_list.1.log_alpha', floats([1], [1]));
    },
    ...(['IMPORT', /'module_list\.1': no module that is known here has tensors called log_alpha/] as const),
  ],
])('%s: refused by name, and no tensor is left', async (_, name, change, code, message) => {
  const before = memory().numTensors;
  await expect(importPyTorch(changed(name, change), recipeOf(name))).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
  expect(memory().numTensors).toBe(before);
});

test.each<[string, string, object, RegExp]>([
  ['no library', 'nflows-nsf', {}, /library must be/],
  ['another library', 'nflows-nsf', { library: 'keras' }, /library must be .*got 'keras'/],
  ['no count of transforms', 'nflows-nsf', { library: 'nflows' }, /transforms is missing/],
  [
    'no activation',
    'nflows-nsf',
    { library: 'nflows', transforms: 12 },
    /does not say the activation of '_transform\._transforms\.3'.*'relu'/,
  ],
  ['no bound', 'nflows-nsf', { library: 'nflows', transforms: 12, activation: 'relu' }, /does not say the tailBound/],
  [
    'an activation that nothing here has',
    'nflows-nsf',
    { library: 'nflows', transforms: 12, activation: 'gelu' },
    /activation must be one of/,
  ],
  ['a word of Python', 'nflows-nsf', { library: 'nflows', transforms: 12, tail_bound: 3 }, /did you mean 'tailBound'/],
  [
    'a wrong word for one transform',
    'nflows-nsf',
    { library: 'nflows', transforms: 12, at: { 3: { bins: 4 } } },
    /the recipe at 3/,
  ],
  [
    'images of nflows without an inputShape',
    'nflows-images',
    { library: 'nflows', transforms: 3, activation: 'relu', tailBound: 3 },
    /transforms\.0': .* give the inputShape of images/,
  ],
  ['no inputShape', 'normflows-glow', { ...glow, flows: [3, 4] }, /does not say the inputShape of 'flows'/],
  [
    'no squeezes',
    'normflows-glow',
    { ...glow, flows: [3, 4], inputShape: [2, 4, 4] },
    /'flows\.1\.3': .* if it is a Squeeze/,
  ],
  [
    'too few flows',
    'normflows-glow',
    { ...glow, flows: [1, 4], inputShape: [2, 4, 4], squeezes: true },
    /1 flows of this/,
  ],
  ['too few levels', 'normflows-glow', { ...glow, flows: [4], inputShape: [2, 4, 4], squeezes: true }, /says 1 levels/],
  ['one count for levels', 'normflows-glow', { ...glow, flows: 2 }, /a MultiscaleFlow needs a list in the recipe/],
  [
    'an image of two numbers',
    'normflows-glow',
    { ...glow, flows: [3, 4], inputShape: [4, 4] },
    /inputShape must be channels/,
  ],
  [
    'squeezes of nflows that it does not say',
    'nflows-images',
    { library: 'nflows', transforms: 3, activation: 'relu', tailBound: 3, inputShape: [1, 4, 6] },
    /transforms\.0': .* if it is a SqueezeTransform/,
  ],
  [
    'no scale function',
    'nflows-real-nvp',
    { library: 'nflows', transforms: 8, activation: 'relu' },
    /does not say the scaleActivation/,
  ],
])('a recipe with %s is refused', async (_, name, recipe, message) => {
  await expect(importPyTorch(fixture(name), recipe as PyTorchRecipe)).rejects.toMatchObject({
    code: expect.stringMatching(/^(CONFIG|IMPORT)$/),
    message: expect.stringMatching(message),
  });
});
