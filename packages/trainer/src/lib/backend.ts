import { DiffeoError } from '@diffeo/core';
import { env, getBackend, ready, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';

/**
 * Makes tfjs's SIMD WASM backend the current one. In a bundle, say where its `.wasm` files are first (`setWasmPaths`).
 *
 * @throws DiffeoError `BACKEND` when it does not start.
 */
export async function useWasm(): Promise<void> {
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
}
