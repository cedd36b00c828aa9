import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-wasm';
import { env, setBackend } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bitsOf, type Simd256Case, someCases } from '../../../test/simd256-cases.ts';
import { buildNames, supports } from './build-name.ts';
import { type Installed, installKernels } from './install-kernels.ts';

const width = fc.constantFrom(1, 3, 16, 31, 32, 33, 64, 96, 128, 160, 320);
const cases = fc.record({
  rows: fc.integer({ min: 1, max: 140 }),
  widths: fc.array(width, { minLength: 4, maxLength: 4 }),
  seed: fc.integer({ min: 0 }),
});

describe('loops for 256 bits', () => {
  let installed: Installed | null = null;
  beforeEach(async () => {
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    await setBackend('wasm');
  });
  afterEach(() => installed?.uninstall());

  test.each(buildNames.filter(supports))('give what the others give, to the bit, for any shape (%s)', async (build) => {
    const drawn: readonly Simd256Case[] = [...someCases, ...fc.sample(cases, { numRuns: 60, seed: 7 })];
    installed = await installKernels({ build, simd256: false });
    expect(installed).toMatchObject({ simd256: false });
    const expected = drawn.map(bitsOf);
    installed.uninstall();
    installed = await installKernels({ build, simd256: true });
    expect(installed).toMatchObject({ simd256: true });
    expect(drawn.map(bitsOf)).toEqual(expected);
  });

  test('replace the others when they are asked for, and only then', async () => {
    installed = await installKernels({ simd256: true });
    expect(await installKernels({ simd256: true })).toBe(installed);
    const narrow = await installKernels({ simd256: false });
    expect(narrow).not.toBe(installed);
    installed = narrow;
    expect(await installKernels()).toBe(narrow);
  });

  test('run in a process of Node whose engine was told so, with the bits of one that was not', () => {
    const script = fileURLToPath(new URL('../../../test/simd256-bits.ts', import.meta.url));
    // Without the first compiler, everything runs by the one that makes wide instructions.
    const run = (...flags: string[]) =>
      JSON.parse(execFileSync(process.execPath, [...flags, '--no-liftoff', script], { encoding: 'utf8' }));
    const plain = run();
    expect(plain.simd256).toBe(false);
    expect(run('--experimental-wasm-revectorize')).toEqual({ ...plain, simd256: true });
  });
});
