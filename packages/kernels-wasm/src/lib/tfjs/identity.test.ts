import { normal } from '@diffeo/core';
import { installMatchers } from '@diffeo/testing/vitest';
import { backend, clone, memory, tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { describeBuilds } from '../../../test/with-build.ts';
import { addressOf, type WasmBackend } from '../heap/backend.ts';

installMatchers();

describeBuilds('clones', () => {
  const address = (of: Parameters<typeof addressOf>[1]) => addressOf(backend() as unknown as WasmBackend, of);

  test('share their memory until the last of them is disposed', () => {
    const before = memory().numDataBuffers;
    const first = normal([4, 3], 1);
    const numbers = [...first.dataSync()];
    const second = clone(first);
    expect(address(second)).toBe(address(first));
    expect(memory().numDataBuffers).toBe(before + 1);
    first.dispose();
    const other = normal([4, 3], 2);
    expect([...second.dataSync()]).toEqual(numbers);
    expect(address(other)).not.toBe(address(second));
    second.dispose();
    other.dispose();
    expect(memory().numDataBuffers).toBe(before);
  });

  test('of strings and whole numbers work too', () => {
    const words = clone(tensor(['a', 'b']));
    expect(words.dataSync()).toEqual(['a', 'b']);
    expect([...clone(tensor([1, 2], [2], 'int32')).dataSync()]).toEqual([1, 2]);
  });
});
