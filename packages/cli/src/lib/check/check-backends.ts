import { env, setBackend, zeros } from '@tensorflow/tfjs-core';

/** The backends that the kit knows. */
export type CheckBackend = 'cpu' | 'wasm';

/** Registers backends, and lets the plain one say its greeting for Node where nobody hears it. */
export async function registerBackends(names: readonly CheckBackend[]): Promise<void> {
  if (names.includes('wasm')) await import('@tensorflow/tfjs-backend-wasm');
  if (!names.includes('cpu')) return;
  await import('@tensorflow/tfjs-backend-cpu');
  await setBackend('cpu');
  const before = env().getBool('PROD');
  env().set('PROD', true);
  zeros([1]).dispose();
  env().set('PROD', before);
}
