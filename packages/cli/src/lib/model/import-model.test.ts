import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flow, type HostTensor, readSafetensors, writeSafetensors } from '@diffeo/core';
import { neuralSpline } from '@diffeo/layers-coupling';
import { toPyTorch } from '@diffeo/pytorch';
import { useWasm } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';

const scratch = scratchFolder();
const diffeo = (...args: string[]) => runDiffeo(args, scratch.path);
// Each column has two values only, which in a table of unknown columns are categories; for this model they are numbers.
const rows = [
  [0.5, -1],
  [0.1, 2],
];
let expected: number[];

const floats = (shape: readonly number[], values: readonly number[]): HostTensor => ({
  ...{ dtype: 'F32', shape },
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

beforeAll(async () => {
  await useWasm();
  const model = flow({ eventShape: [2], layers: neuralSpline({ layers: 2, hidden: [4], outputScale: 1 }) });
  const params = model.init(1);
  expected = [...model.logProb(params, tensor2d(rows)).dataSync()];
  const { bytes, recipe } = await toPyTorch(model, params);
  const tensors = new Map(readSafetensors(bytes).tensors);
  writeFileSync(join(scratch.path, 'flow.safetensors'), bytes);
  tensors.set('check.x', floats([2, 2], rows.flat())).set('check.log_prob', floats([2], expected));
  writeFileSync(join(scratch.path, 'checked.safetensors'), writeSafetensors({ tensors, metadata: {} }));
  writeFileSync(join(scratch.path, 'recipe.json'), JSON.stringify(recipe));
  writeFileSync(join(scratch.path, 'wrong.json'), JSON.stringify({ ...recipe, activation: 'tanh' }));
  writeFileSync(join(scratch.path, 'half.json'), '{"library":');
  writeFileSync(join(scratch.path, 'rows.csv'), `x1,x2\n${rows.map((row) => row.join(',')).join('\n')}\n`);
});

describe('diffeo import', () => {
  it('writes a model that scores as it did in PyTorch', async () => {
    const { code, stderr } = await diffeo(
      'import',
      'checked.safetensors',
      '--recipe',
      'recipe.json',
      '--out',
      'model.safetensors',
    );
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/2 rows in the file have PyTorch's log-densities within/),
    });
    const scored = await diffeo('score', 'model.safetensors', 'rows.csv');
    expect(scored.code).toBe(0);
    const [head, ...scores] = scored.stdout.trim().split('\n');
    expect(head).toBe('logProb');
    const off = scores.map((score, i) => Math.abs(Number(score) - (expected[i] as number)));
    expect(off, scored.stdout + expected).toHaveLength(2);
    expect(Math.max(...off), scored.stdout + expected).toBeLessThan(1e-4);
  });

  it('says so where the file has no rows to hold the model to', async () => {
    const { code, stderr } = await diffeo(
      'import',
      'flow.safetensors',
      '--recipe',
      'recipe.json',
      '--out',
      'unchecked.safetensors',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('no rows to hold the model to') });
    expect(readFileSync(join(scratch.path, 'unchecked.safetensors')).length).toBeGreaterThan(100);
  });

  it.each([
    [
      'a recipe that the rows refute',
      'wrong.json',
      /checked\.safetensors: the model is not the one that wrote the file/,
    ],
    ['half a recipe', 'half.json', /the recipe half\.json is not JSON/],
    ['no recipe', 'none.json', /none\.json/],
  ])('refuses %s, and writes nothing', async (_, recipe, message) => {
    const { code, stderr } = await diffeo(
      'import',
      'checked.safetensors',
      '--recipe',
      recipe,
      '--out',
      'none.safetensors',
    );
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
    expect(existsSync(join(scratch.path, 'none.safetensors'))).toBe(false);
  });
});
