import '@tensorflow/tfjs-backend-wasm';
import {
  env,
  type GradConfig,
  getGradient,
  registerGradient,
  setBackend,
  unregisterGradient,
} from '@tensorflow/tfjs-core';
import { beforeEach, expect, test } from 'vitest';
import { installKernels } from '../install/install-kernels.ts';

const names = ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'];
const registered = () => names.map((name) => getGradient(name) as GradConfig | undefined);

beforeEach(async () => {
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await setBackend('wasm');
});

test('gradients of convolutions come and go with the kernels', async () => {
  expect(registered()).toEqual([undefined, undefined, undefined]);
  const { uninstall } = await installKernels();
  expect(registered().map((config) => config?.kernelName)).toEqual(names);
  uninstall();
  expect(registered()).toEqual([undefined, undefined, undefined]);
});

test('a gradient that was registered before stays', async () => {
  const own: GradConfig = { kernelName: 'Conv2D', gradFunc: () => ({}) };
  registerGradient(own);
  const { uninstall } = await installKernels();
  expect(getGradient('Conv2D')).toBe(own);
  uninstall();
  expect(getGradient('Conv2D')).toBe(own);
  unregisterGradient('Conv2D');
});
