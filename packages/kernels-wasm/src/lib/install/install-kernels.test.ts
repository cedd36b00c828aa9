import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { crc32 } from '@diffeo/core';
import { kernelNames, transformKernels } from '@diffeo/ops';
import { fillHeap } from '@diffeo/testing';
import {
  backend,
  env,
  findBackendFactory,
  getKernelsForBackend,
  matMul,
  registerBackend,
  removeBackend,
  scalar,
  setBackend,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WasmBackend } from '../heap/backend.ts';
import { buildNames, supports } from './build-name.ts';
import { type Installed, installKernels, kernelsAtWork } from './install-kernels.ts';

const registered = () => new Map(getKernelsForBackend('wasm').map((config) => [config.kernelName, config.kernelFunc]));

describe('installKernels', () => {
  let installed: Installed | null = null;
  beforeEach(async () => {
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    await setBackend('wasm');
  });
  afterEach(() => installed?.uninstall());

  test('takes the fastest build that the engine runs, and puts everything back when asked', async () => {
    const before = registered();
    installed = await installKernels();
    expect(installed).toMatchObject({ build: buildNames.find(supports), reason: null });
    const after = registered();
    for (const name of [...Object.values(kernelNames), ...Object.values(transformKernels('DiffeoAffine'))])
      expect(after.has(name)).toBe(true);
    expect(after.get('BatchMatMul')).not.toBe(before.get('BatchMatMul'));
    installed.uninstall();
    expect(registered()).toEqual(before);
    installed.uninstall();
    expect(registered()).toEqual(before);
  });

  test('says which kernels are at work, by their build and the checksum of its module', async () => {
    expect(kernelsAtWork()).toBe('none');
    const names = new Set<string>();
    for (const build of buildNames.filter(supports)) {
      installed = await installKernels({ build });
      const checksum = crc32(readFileSync(new URL(`../../../wasm/kernels-${build}.wasm`, import.meta.url)));
      expect(installed).toMatchObject({ build, checksum });
      expect(kernelsAtWork().startsWith(`${build} ${checksum}`)).toBe(true);
      names.add(kernelsAtWork());
    }
    expect(names.size).toBe(buildNames.filter(supports).length);
    installed?.uninstall();
    expect(kernelsAtWork()).toBe('none');
  });

  test('says whether relaxed multiply-add rounds once, as the kernels then do', async () => {
    if (!supports('relaxed-simd')) return;
    installed = await installKernels({ build: 'relaxed-simd' });
    expect(kernelsAtWork()).toMatch(/, (fused multiply-add|multiply and add)$/);
    // Of a product with a sum over two terms, the first of which is exact only where both are rounded once.
    const a = 1 + 2 ** -12;
    const [found] = matMul(tensor2d([[1 + 2 ** -11, a]]), tensor2d([[-1], [a]])).dataSync();
    expect(kernelsAtWork().endsWith('fused multiply-add')).toBe(found !== 0);
  });

  test('twice is as good as once', async () => {
    installed = await installKernels();
    const once = registered();
    expect(await installKernels()).toBe(installed);
    expect(registered()).toEqual(once);
  });

  test('twice at the same time is as good as once', async () => {
    const before = registered();
    const both = await Promise.all([installKernels(), installKernels()]);
    installed = both[0];
    expect(both[1]).toBe(installed);
    installed.uninstall();
    expect(registered()).toEqual(before);
  });

  test('two builds at the same time: the one that was asked for last is there, and gives back what tfjs had', async () => {
    const before = registered();
    const [first, second] = await Promise.all([installKernels(), installKernels({ build: 'simd' })]);
    installed = second;
    const after = registered();
    first.uninstall();
    expect(registered()).toEqual(after);
    expect(await installKernels({ build: 'simd' })).toBe(second);
    second.uninstall();
    expect(registered()).toEqual(before);
  });

  test('the backend is as it was when the kernels are gone', async () => {
    scalar(0).dispose();
    const kept = backend() as unknown as WasmBackend;
    // Both functions replace themselves at their first call.
    kept.wasm._free(kept.wasm._malloc(4));
    const parts = () => [Object.getOwnPropertyDescriptors(kept), kept.wasm._malloc, kept.wasm._free];
    const before = parts();
    installed = await installKernels();
    expect(parts()).not.toEqual(before);
    installed.uninstall();
    const after = parts();
    expect(after).toEqual(before);
    expect(after[1]).toBe(before[1]);
    expect(after[2]).toBe(before[2]);
  });

  test('another build takes the place of the first', async () => {
    const before = registered();
    installed = await installKernels();
    installed = await installKernels({ build: 'simd' });
    expect(installed.build).toBe('simd');
    installed.uninstall();
    expect(registered()).toEqual(before);
  });

  test.each([
    ['from another address', (build: string) => new URL(`../../../wasm/kernels-${build}.wasm`, import.meta.url)],
    [
      'from an address in words',
      (build: string) => new URL(`../../../wasm/kernels-${build}.wasm`, import.meta.url).href,
    ],
    [
      'from an address that holds the module',
      (build: string) => {
        const bytes = readFileSync(new URL(`../../../wasm/kernels-${build}.wasm`, import.meta.url));
        return `data:application/wasm;base64,${bytes.toString('base64')}`;
      },
    ],
  ])('loads %s', async (_, address) => {
    installed = await installKernels({ build: 'simd', addresses: { simd: address('simd') } });
    expect(installed.reason).toBeNull();
    expect([...matMul(tensor2d([[1, 2]]), tensor2d([[3], [4]])).dataSync()]).toEqual([11]);
  });

  test('a module that is not there changes nothing and is named', async () => {
    const before = registered();
    installed = await installKernels({
      build: 'simd',
      addresses: { simd: new URL('./nowhere.wasm', import.meta.url) },
    });
    expect(installed.build).toBeNull();
    expect(installed.reason).toMatch(/kernels-simd\.wasm did not load .*nowhere\.wasm/);
    expect(registered()).toEqual(before);
  });

  test('another backend is told apart', async () => {
    await setBackend('cpu');
    installed = await installKernels();
    expect(installed).toMatchObject({ build: null, reason: expect.stringMatching(/the backend is 'cpu'/) });
  });

  test('the kernels follow a backend that is removed and started again', async () => {
    installed = await installKernels();
    const factory = findBackendFactory('wasm');
    removeBackend('wasm');
    registerBackend('wasm', factory);
    await setBackend('wasm');
    expect([...matMul(tensor2d([[1, 2]]), tensor2d([[3], [4]])).dataSync()]).toEqual([11]);
    const free = fillHeap();
    expect(() => matMul(tensor2d([[1, 2]]), tensor2d([[3], [4]]))).toThrow(/ends at 4096 MiB/);
    free();
  });
});

test.each(buildNames)(
  'the module of %s is at most 40 kB gzipped, with nothing in the memory of tfjs',
  async (build) => {
    const bytes = readFileSync(new URL(`../../../wasm/kernels-${build}.wasm`, import.meta.url));
    expect(gzipSync(bytes).length).toBeLessThanOrEqual(40_000);
    if (!supports(build)) return;
    const module = await WebAssembly.compile(bytes);
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
    // Functions, and the constants that the optimiser shall not turn into literals.
    expect(WebAssembly.Module.exports(module).every(({ kind }) => kind === 'function' || kind === 'global')).toBe(true);
    const memory = new WebAssembly.Memory({ initial: 1 });
    new Uint8Array(memory.buffer).fill(7);
    new WebAssembly.Instance(module, { env: { memory } });
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 7)).toBe(true);
  },
);
