import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useWasm } from '@diffeo/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { webRuntime } from './lib/onnx-runtime.ts';
import { partTrials } from './lib/part-trials.ts';
import { isRefusal } from './lib/refusal.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

beforeAll(async () => {
  await useWasm();
});

describe.each(['layer', 'transform', 'base', 'dequantizer'])('every %s of ours, in ONNX Runtime', (kind) => {
  it.each(partTrials.filter((trial) => trial.kind === kind))('$name $detail', async ({ name, allowed, error }) => {
    try {
      expect(await error(webRuntime)).toBeLessThan(allowed);
    } catch (thrown) {
      if (!isRefusal(thrown, name)) throw thrown;
      expect(readme, `${thrown}\nThe README of @diffeo/onnx has a list of what is refused: name it there.`).toContain(
        name,
      );
    }
  });
});

it('every kind is tried', () => {
  const names = partTrials.map(({ name }) => name.slice(name.lastIndexOf('/') + 1));
  const some = ['coupling', 'autoregressive', 'plu-linear', 'gaussianise', 'power', 'student-t', 'pad-images'];
  expect(names).toEqual(expect.arrayContaining(some));
});
