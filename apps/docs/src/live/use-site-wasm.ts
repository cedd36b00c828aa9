import { useWasm } from '@diffeo/trainer';
import { useSiteWasmFiles } from './site-wasm-files.ts';

/**
 * Starts the backend in a worker of the site, from the site's own files.
 *
 * @param build of the kernels; the fastest that the browser runs unless it is named
 * @returns the build at work, or `null` where TensorFlow.js works alone
 */
export async function useSiteWasm(build?: 'simd' | 'relaxed-simd'): Promise<string | null> {
  useSiteWasmFiles();
  const installed = await useWasm({ kernels: build ? { build } : true });
  return installed.build;
}
