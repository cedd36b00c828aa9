import type { WasmBackend } from './backend.ts';
import type { Kernels } from './kernels.ts';

/** A tfjs backend and the kernels that work in its memory. */
export interface Machine {
  readonly backend: WasmBackend;
  readonly kernels: Kernels;
}

/** Binds a module to each backend that asks for it: a backend that was removed and started again has another memory. */
export function machines(module: WebAssembly.Module): (backend: WasmBackend) => Machine {
  const known = new WeakMap<WasmBackend, Machine>();
  return (backend) => {
    const machine = known.get(backend);
    if (machine) return machine;
    const { exports } = new WebAssembly.Instance(module, { env: { memory: backend.wasm.asm.memory } });
    const bound = { backend, kernels: exports as unknown as Kernels };
    known.set(backend, bound);
    return bound;
  };
}
