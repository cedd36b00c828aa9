import '@tensorflow/tfjs-backend-wasm';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { fixture } from '../../../test/fixtures.ts';
import { recipeOf } from '../../../test/parity.ts';
import { importPyTorch, type PyTorchRecipe } from '../import-pytorch.ts';

beforeAll(() => setBackend('wasm'));

test.each<[string, string, object, string]>([
  ['a bound without splines', 'nflows-real-nvp', { tailBound: 3 }, 'tailBound'],
  ['a scale function without affine couplings', 'nflows-nsf', { scaleActivation: 'default' }, 'scaleActivation'],
  [
    'floors of bins without splines',
    'nflows-maf',
    { minBinWidth: 1e-2, minDerivative: 1e-2 },
    'minBinWidth, minDerivative',
  ],
  ['eps without LULinear', 'nflows-real-nvp', { eps: 1e-2 }, 'eps'],
  ['eps of BatchNorm without one', 'nflows-nsf', { batchNormEps: 1e-2 }, 'batchNormEps'],
  ['the width of a network that says it itself', 'nflows-nsf', { hiddenFeatures: 8 }, 'hiddenFeatures'],
  ['a place that does not exist', 'nflows-nsf', { at: { 99: { activation: 'tanh' } } }, "at['99'].activation"],
  ['what one place does not take', 'nflows-nsf', { at: { 2: { tailBound: 3 } } }, "at['2'].tailBound"],
  ['what flows of normflows do not take', 'normflows-nsf', { swaps: true, scaleMap: 'exp' }, 'swaps, scaleMap'],
  ['a bound of splines of zuko without one', 'zuko-maf', { bound: 4 }, 'bound'],
  ['a clamp function that AllInOneBlock has not', 'freia-all-in-one', { clampActivation: 'TANH' }, 'clampActivation'],
])('a recipe with %s is refused by name, and no tensor is left', async (_, name, more, named) => {
  const before = memory().numTensors;
  const recipe = { ...recipeOf(name), ...more } as PyTorchRecipe;
  await expect(importPyTorch(fixture(name), recipe)).rejects.toMatchObject({
    code: 'CONFIG',
    message: `the recipe says ${named}, and no part of the file takes that: leave it out`,
  });
  expect(memory().numTensors).toBe(before);
});
