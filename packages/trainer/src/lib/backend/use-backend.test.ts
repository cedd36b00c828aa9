import { expect, test, vi } from 'vitest';
import { useBackend } from './use-backend.ts';

const refusal = (message: RegExp) =>
  expect.objectContaining({ name: 'DiffeoError', code: 'BACKEND', message: expect.stringMatching(message) });

test('WASM comes with its kernels', async () => {
  const { name, device, kernels } = await useBackend('wasm');
  expect([name, device]).toEqual(['wasm', null]);
  expect(kernels?.build).toMatch(/simd$/);
});

test('another name, or another option, is refused', async () => {
  await expect(useBackend('webgpi' as never)).rejects.toMatchObject({ code: 'CONFIG' });
  await expect(useBackend('webgl', { fast: true } as never)).rejects.toMatchObject({ code: 'CONFIG' });
});

test('Node is told that it has neither WebGL nor WebGPU, and what to take', async () => {
  await expect(useBackend('webgl')).rejects.toThrow(refusal(/Node has none\. Take 'wasm'/));
  await expect(useBackend('webgpu')).rejects.toThrow(refusal(/Node has none\. Take 'wasm'/));
});

/** What a browser shows of its GPU. */
const webgl = (extensions: Readonly<Record<string, object>>, renderer: string | null) => ({
  OffscreenCanvas: class {
    getContext() {
      if (renderer === null) return null;
      return { RENDERER: 1, getExtension: (name: string) => extensions[name] ?? null, getParameter: () => renderer };
    }
  },
});
const webgpu = (info: object | null) => ({
  navigator: { gpu: { requestAdapter: async () => info && { info } } },
});
const float = { EXT_color_buffer_float: {} };

test.each([
  ['webgl', webgl({}, null), /gives no WebGL 2: graphics acceleration is off/],
  ['webgl', webgl({}, 'Mali'), /does not render float32/],
  ['webgl', webgl(float, 'ANGLE (Google, Vulkan (SwiftShader Device))'), /processor imitates a GPU/],
  ['webgpu', { isSecureContext: false, navigator: {} }, /neither by https nor from localhost/],
  ['webgpu', { isSecureContext: true, navigator: {} }, /no WebGPU here \(navigator\.gpu is missing\)/],
  ['webgpu', webgpu(null), /gives no adapter/],
  ['webgpu', webgpu({ vendor: 'google', architecture: 'swiftshader' }), /google swiftshader.*processor imitates/],
  ['webgpu', webgpu({ isFallbackAdapter: true }), /processor imitates/],
] as const)('what a browser lacks is said: %s, %#', async (name, host, message) => {
  for (const [global, value] of Object.entries(host)) vi.stubGlobal(global, value);
  try {
    await expect(useBackend(name)).rejects.toThrow(refusal(message));
  } finally {
    vi.unstubAllGlobals();
  }
});
