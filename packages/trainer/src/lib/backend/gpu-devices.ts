import { DiffeoError } from '@diffeo/core';

/** The backends of tfjs that compute on a GPU. */
export type GpuName = 'webgl' | 'webgpu';

/** A GPU, as the browser tells of it. */
export interface GpuDevice {
  /** What it calls itself. */
  readonly name: string;
  /** Whether the processor imitates it, as SwiftShader, llvmpipe and Windows' basic renderer do. */
  readonly isSoftware: boolean;
}

/** What of a page or a worker leads to a GPU; nothing of it is there in Node. */
interface GpuHost {
  readonly isSecureContext?: boolean;
  readonly navigator?: { readonly gpu?: { requestAdapter(): Promise<Adapter | null> } };
  readonly document?: { createElement(name: 'canvas'): Canvas };
  readonly OffscreenCanvas?: new (width: number, height: number) => Canvas;
}

interface Adapter {
  readonly info?: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly device?: string;
    readonly description?: string;
    readonly isFallbackAdapter?: boolean;
  };
}

interface Canvas {
  getContext(kind: 'webgl2'): WebGL | null;
}

interface WebGL {
  readonly RENDERER: number;
  getExtension(name: 'EXT_color_buffer_float'): object | null;
  getExtension(name: 'WEBGL_debug_renderer_info'): { readonly UNMASKED_RENDERER_WEBGL: number } | null;
  getExtension(name: 'WEBGL_lose_context'): { loseContext(): void } | null;
  getParameter(name: number): unknown;
}

const imitations = /swiftshader|llvmpipe|softpipe|basic render|software/i;

function deviceOf(names: readonly unknown[], isFallback = false): GpuDevice {
  const name = names.filter(Boolean).join(' ') || 'a GPU without a name';
  return { name, isSoftware: isFallback || imitations.test(name) };
}

const lacking = (what: string): DiffeoError =>
  new DiffeoError('BACKEND', `${what}. Take 'wasm', which runs everywhere: await useBackend('wasm')`);

async function webgpuDevice(): Promise<GpuDevice> {
  const { navigator, isSecureContext } = globalThis as GpuHost;
  if (!navigator?.gpu) {
    throw lacking(
      isSecureContext === false
        ? 'browsers keep WebGPU from pages that come neither by https nor from localhost'
        : 'there is no WebGPU here (navigator.gpu is missing): Chrome and Edge have it from version 113 on, Safari from 26, Firefox from 141 on Windows; Node has none',
    );
  }
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) {
    throw lacking(
      'this browser has WebGPU and gives no adapter: it finds no graphics card, or does not trust its driver (chrome://gpu says why)',
    );
  }
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info ?? {};
  return deviceOf([vendor, architecture, device, description], isFallbackAdapter);
}

function webglDevice(): GpuDevice {
  const { OffscreenCanvas, document } = globalThis as GpuHost;
  const canvas = OffscreenCanvas ? new OffscreenCanvas(1, 1) : document?.createElement('canvas');
  if (!canvas) throw lacking('there is no WebGL here: it comes with browsers, and Node has none');
  const gl = canvas.getContext('webgl2');
  if (!gl) {
    throw lacking(
      'this browser gives no WebGL 2: graphics acceleration is off, or it does not trust the driver of the graphics card (chrome://gpu says why)',
    );
  }
  if (!gl.getExtension('EXT_color_buffer_float')) {
    throw lacking('the graphics card does not render float32, in which densities are computed');
  }
  const renderer = gl.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER;
  const device = deviceOf([gl.getParameter(renderer)]);
  // A page has a few contexts at a time, and tfjs takes one of its own.
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return device;
}

/**
 * The GPU that a backend would compute on.
 *
 * @throws DiffeoError `BACKEND` where there is none, with what is missing.
 */
export const gpuDevices: Readonly<Record<GpuName, () => GpuDevice | Promise<GpuDevice>>> = {
  webgl: webglDevice,
  webgpu: webgpuDevice,
};
