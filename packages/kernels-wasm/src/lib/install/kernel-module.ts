import type { WasmBackend } from '../heap/backend.ts';
import { guardOf } from '../heap/guard.ts';
import type { KernelContext } from '../heap/kernel-context.ts';
import type { Kernels } from '../kernels.ts';

/** KernelContexts for kernels. */
export interface KernelContexts {
  /** For kernels that do nothing but by a kernelContext: what they do can be written down, and done again without them. */
  capturable(backend: WasmBackend): KernelContext;
  /** For kernels that look at numbers, or write them themselves. */
  uncaptured(backend: WasmBackend): KernelContext;
}

/**
 * Binds a module to each backend that asks for it: a backend that was removed and started again has another memory. `simd256`:
 * whether loops are to be those for an engine that works on 256 bits at once (`simd256.ts`).
 */
export function kernelContexts(module: WebAssembly.Module, simd256: boolean): KernelContexts {
  const known = new WeakMap<WasmBackend, KernelContext>();
  const uncaptured = (backend: WasmBackend): KernelContext => {
    const kernelContext = known.get(backend);
    if (kernelContext) return kernelContext;
    const { wasm } = backend;
    const { exports } = new WebAssembly.Instance(module, { env: { memory: wasm.asm.memory } });
    const kernels = exports as unknown as Kernels;
    kernels.setSimd256(simd256);
    const bound: KernelContext = {
      backend,
      kernels,
      writeInts: (address, numbers) => new Int32Array(wasm.HEAPU8.buffer, address, numbers.length).set(numbers),
    };
    known.set(backend, bound);
    return bound;
  };
  return {
    uncaptured,
    capturable: (backend) => {
      const kernelContext = uncaptured(backend);
      return guardOf(backend)?.interceptor?.kernelContext(kernelContext) ?? kernelContext;
    },
  };
}
