import { useWasm } from '@diffeo/trainer';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';

/**
 * Starts the backend in a worker of the site, from the site's own files. Of tfjs's three modules one is fetched.
 *
 * @param build of the kernels; the fastest that the browser runs unless it is named
 * @returns the build at work, or `null` where TensorFlow.js works alone
 */
export async function useSiteWasm(build?: 'simd' | 'relaxed-simd'): Promise<string | null> {
  const here = (address: string): string => new URL(address, import.meta.url).href;
  setWasmPaths({
    'tfjs-backend-wasm.wasm': here(plain),
    'tfjs-backend-wasm-simd.wasm': here(simd),
    'tfjs-backend-wasm-threaded-simd.wasm': here(threaded),
  });
  const installed = await useWasm({ kernels: build ? { build } : true });
  return installed?.build ?? null;
}
