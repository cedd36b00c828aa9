import { expect, test } from 'vitest';
import { useWasm } from './backend.ts';

test('it says which build of the kernels is at work, and nothing where none was wanted', async () => {
  expect(await useWasm({ kernels: false })).toBeNull();
  expect(await useWasm()).toMatchObject({ build: expect.stringMatching(/simd$/), reason: null });
});
