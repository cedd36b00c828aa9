import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { kernelNames } from '@diffeo/ops';
import {
  env,
  findBackendFactory,
  getKernelsForBackend,
  matMul,
  registerBackend,
  removeBackend,
  setBackend,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildNames, supports } from './build-name.ts';
import { type Installed, installKernels } from './install-kernels.ts';

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
    for (const name of Object.values(kernelNames)) expect(after.has(name)).toBe(true);
    expect(after.get('BatchMatMul')).not.toBe(before.get('BatchMatMul'));
    installed.uninstall();
    expect(registered()).toEqual(before);
    installed.uninstall();
    expect(registered()).toEqual(before);
  });

  test('twice is as good as once', async () => {
    installed = await installKernels();
    const once = registered();
    expect(await installKernels()).toBe(installed);
    expect(registered()).toEqual(once);
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
    ['from another address', (build: string) => new URL(`../../wasm/kernels-${build}.wasm`, import.meta.url)],
    ['from an address in words', (build: string) => new URL(`../../wasm/kernels-${build}.wasm`, import.meta.url).href],
    [
      'from an address that holds the module',
      (build: string) => {
        const bytes = readFileSync(new URL(`../../wasm/kernels-${build}.wasm`, import.meta.url));
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
  });
});

test.each(buildNames)(
  'the module of %s is at most 40 kB gzipped, with nothing in the memory of tfjs',
  async (build) => {
    const bytes = readFileSync(new URL(`../../wasm/kernels-${build}.wasm`, import.meta.url));
    expect(gzipSync(bytes).length).toBeLessThanOrEqual(40_000);
    if (!supports(build)) return;
    const module = await WebAssembly.compile(bytes);
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
    expect(WebAssembly.Module.exports(module).every(({ kind }) => kind === 'function')).toBe(true);
    const memory = new WebAssembly.Memory({ initial: 1 });
    new Uint8Array(memory.buffer).fill(7);
    new WebAssembly.Instance(module, { env: { memory } });
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 7)).toBe(true);
  },
);
