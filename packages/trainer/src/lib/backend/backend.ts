import { DiffeoError } from '@diffeo/core';
import { type OptionCheck, oneOf, record, requireOptions, trueOrFalse } from '@diffeo/core/arguments';
import { type Installed, type InstallOptions, installKernels } from '@diffeo/kernels-wasm';
import { env, getBackend, ready, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';

/** How to use the WASM backend. */
export interface WasmOptions {
  /** Whether to install the kernels of `@diffeo/kernels-wasm`, and where a bundle has them. Default true. */
  readonly kernels?: boolean | InstallOptions;
}

const kernelsOption: OptionCheck = {
  test: (value) => trueOrFalse.test(value) || record.test(value),
  expected: 'true, false, or an object of build, addresses, simd256',
};

/** @throws DiffeoError `CONFIG` */
function requireWasmOptions(where: string, options: WasmOptions): void {
  requireOptions<WasmOptions>(where, options, { kernels: kernelsOption });
  const { kernels } = options;
  if (typeof kernels !== 'object') return;
  requireOptions<InstallOptions>(`${where}, kernels`, kernels, {
    build: oneOf('relaxed-simd', 'simd'),
    addresses: record,
    simd256: trueOrFalse,
  });
}

/**
 * Makes tfjs's SIMD WASM backend the current one, with fast kernels for training where they work. In a bundle, say where
 * tfjs's `.wasm` files are first (`setWasmPaths`).
 *
 * @returns which build of the kernels is at work, or the reason why none is; `null` where none was wanted.
 * @throws DiffeoError `BACKEND` when it does not start.
 */
export async function useWasm(options?: WasmOptions & { readonly kernels?: true | InstallOptions }): Promise<Installed>;
/** The same where kernels may be unwanted. */
export async function useWasm(options: WasmOptions): Promise<Installed | null>;
export async function useWasm(options: WasmOptions = {}): Promise<Installed | null> {
  requireWasmOptions('useWasm', options);
  const { kernels = true } = options;
  // In a minified build on a cross-origin isolated page, tfjs's threaded variant does not start.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const failed = (cause?: unknown): never => {
    throw new DiffeoError(
      'BACKEND',
      'the WASM backend of TensorFlow.js did not start. In a bundle, call setWasmPaths() with the addresses of its .wasm files first.',
      { cause },
    );
  };
  const started = getBackend() === 'wasm' || (await setBackend('wasm').catch(failed));
  if (!started) failed();
  await ready().catch(failed);
  return kernels ? installKernels(kernels === true ? {} : kernels) : null;
}
