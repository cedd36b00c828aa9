import { useWasm } from '@diffeo/trainer';
import { ones, tile } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { inWordsOf } from './memory-advice.ts';

it('advises options where the trainer advises arguments', async () => {
  await useWasm();
  let message = '';
  try {
    tile(ones([1]), [2 ** 31]);
  } catch (error) {
    ({ message } = error as Error);
  }
  expect(inWordsOf('train', message)).toMatch(
    /4096 MiB.* Give a smaller --batch, --gradient recompute, fewer --layers/,
  );
  expect(inWordsOf('score', message)).toMatch(/4096 MiB.* Give fewer rows, or a smaller model\.$/);
  expect(inWordsOf('train', 'another')).toBe('another');
});
