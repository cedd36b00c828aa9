import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { backend, getBackend, memory, ready, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect } from 'vitest';
import { isDiffeoError } from '../src/index.ts';

/** The tests of `f` on the reference backend and on the fast one. */
export const onEachBackend = (name: string, f: (backend: string) => void): void =>
  describe.each(['cpu', 'wasm'])(`${name}, on %s`, (backend) => {
    beforeAll(async () => {
      await setBackend(backend);
      await ready();
    });
    f(backend);
  });

/** A tensor's numbers. */
export const numbers = (tensor: Tensor): number[] => [...tensor.dataSync()];

/** Every number within `tolerance`, relative to 1 + |expected|. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    const [a, e] = [actual[i] as number, expected[i] as number];
    if (a !== e && !(Math.abs(a - e) <= tolerance * (1 + Math.abs(e)))) {
      expect.fail(`entry ${i}: expected ${e} and got ${a}, where ${tolerance} is allowed (relative to 1 + |expected|)`);
    }
  }
}

/** The code and message of the DiffeoError that `f` throws; fails for any other error and for none. */
export function refusal(f: () => unknown): { readonly code: string; readonly message: string } {
  try {
    f();
  } catch (error) {
    if (isDiffeoError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  return expect.fail('nothing was thrown');
}

/** The code and message of the DiffeoError that a promise is rejected with; fails for any other error and for none. */
export async function rejection(
  promise: Promise<unknown>,
): Promise<{ readonly code: string; readonly message: string }> {
  const outcome = await promise.then(
    () => () => undefined,
    (error: unknown) => () => {
      throw error;
    },
  );
  return refusal(outcome);
}

/** How many more tensors there are after `f`. */
export function tensorsLeftBy(f: () => unknown): number {
  const before = memory().numTensors;
  f();
  return memory().numTensors - before;
}

interface WasmBackend {
  readonly dataIdMap: { get(id: object): { readonly memoryOffset: number } };
  readonly wasm: { readonly HEAPU8: Uint8Array };
}

/** Writes into a float32 tensor's own memory, as an optimiser that works in place does. */
export function writeInPlace(tensor: Tensor, index: number, value: number): void {
  if (getBackend() === 'cpu') {
    // On cpu what is read is the tensor's memory itself.
    tensor.dataSync()[index] = value;
    return;
  }
  const { dataIdMap, wasm } = backend() as unknown as WasmBackend;
  const { memoryOffset } = dataIdMap.get(tensor.dataId);
  new Float32Array(wasm.HEAPU8.buffer, memoryOffset, tensor.size)[index] = value;
}
