import { DiffeoError } from '@diffeo/core';
import { oneOf, requireOptions, trueOrFalse } from '@diffeo/core/arguments';
import type { Installed } from '@diffeo/kernels-wasm';
import { env, ready, setBackend } from '@tensorflow/tfjs-core';
import { useWasm } from './backend.ts';
import { type GpuName, gpuDevices } from './gpu-devices.ts';

/** The backends of TensorFlow.js that flows run on. */
export type BackendName = 'wasm' | GpuName;

/** How to use a backend. */
export interface BackendOptions {
  /** Whether a GPU that the processor imitates will do. It is slower than WASM by far, and good for tests. Default false. */
  readonly software?: boolean;
}

/** What computes from here on. */
export interface BackendInUse {
  readonly name: BackendName;
  /** What the GPU calls itself; `null` on WASM. */
  readonly device: string | null;
  /** Which build of our kernels is at work, or why none is; `null` on a GPU, which has none of ours. */
  readonly kernels: Installed | null;
}

/** The packages of the backends, each loaded when it is asked for. In a `try`, where bundlers allow them to be missing. */
const packages: Readonly<Record<GpuName, () => Promise<unknown>>> = {
  webgl: async () => {
    try {
      return await import('@tensorflow/tfjs-backend-webgl');
    } catch (cause) {
      return notInstalled('@tensorflow/tfjs-backend-webgl', cause);
    }
  },
  webgpu: async () => {
    try {
      return await import('@tensorflow/tfjs-backend-webgpu');
    } catch (cause) {
      return notInstalled('@tensorflow/tfjs-backend-webgpu', cause);
    }
  },
};

function notInstalled(name: string, cause: unknown): never {
  throw new DiffeoError('BACKEND', `${name} did not load: install it, npm install ${name}`, { cause });
}

async function useGpu(name: GpuName, software: boolean): Promise<BackendInUse> {
  const device = await gpuDevices[name]();
  if (device.isSoftware && !software) {
    throw new DiffeoError(
      'BACKEND',
      `'${name}' would compute on ${device.name}, by which the processor imitates a GPU, slower than 'wasm' does: await useBackend('wasm'). For tests, useBackend('${name}', { software: true })`,
    );
  }
  await packages[name]();
  const failed = (cause?: unknown): never => {
    throw new DiffeoError('BACKEND', `the ${name} backend of TensorFlow.js did not start on ${device.name}`, { cause });
  };
  if (name === 'webgl') env().set('SOFTWARE_WEBGL_ENABLED', software);
  if (!(await setBackend(name).catch(failed))) failed();
  await ready().catch(failed);
  return { name, device: device.name, kernels: null };
}

/**
 * Makes a backend of TensorFlow.js the current one: `wasm`, with the kernels of `@diffeo/kernels-wasm`, as `useWasm()` does, or
 * `webgl` or `webgpu`, which compute on the graphics card. Those two are packages of their own, loaded when they are asked for:
 * `@tensorflow/tfjs-backend-webgl`, `@tensorflow/tfjs-backend-webgpu`. Call it before tensors are made: what another backend
 * holds it takes over one by one, which WebGPU cannot give back.
 *
 * @throws DiffeoError `BACKEND` where it is not to be had, with what the browser or the machine lacks; `CONFIG` for another name.
 */
export async function useBackend(name: BackendName, options: BackendOptions = {}): Promise<BackendInUse> {
  requireOptions<{ readonly name: BackendName }>('useBackend', { name }, { name: oneOf('wasm', 'webgl', 'webgpu') });
  requireOptions<BackendOptions>('useBackend', options, { software: trueOrFalse });
  if (name !== 'wasm') return await useGpu(name, options.software ?? false);
  return { name, device: null, kernels: await useWasm() };
}
