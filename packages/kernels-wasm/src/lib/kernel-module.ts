import type { WasmBackend } from './backend.ts';
import { guardOf } from './guard.ts';
import type { Kernels } from './kernels.ts';
import type { Machine } from './machine.ts';

/** Machines for kernels. */
export interface Machines {
  /** For kernels that do nothing but by a machine: what they do can be written down, and done again without them. */
  scripted(backend: WasmBackend): Machine;
  /** For kernels that look at numbers, or write them themselves. */
  free(backend: WasmBackend): Machine;
}

/**
 * Binds a module to each backend that asks for it: a backend that was removed and started again has another memory. `wide`:
 * whether loops are to be those for an engine that works on 256 bits at once (`wide.ts`).
 */
export function machines(module: WebAssembly.Module, wide: boolean): Machines {
  const known = new WeakMap<WasmBackend, Machine>();
  const free = (backend: WasmBackend): Machine => {
    const machine = known.get(backend);
    if (machine) return machine;
    const { wasm } = backend;
    const { exports } = new WebAssembly.Instance(module, { env: { memory: wasm.asm.memory } });
    const kernels = exports as unknown as Kernels;
    kernels.setWide(wide);
    const bound: Machine = {
      backend,
      kernels,
      writeInts: (address, numbers) => new Int32Array(wasm.HEAPU8.buffer, address, numbers.length).set(numbers),
    };
    known.set(backend, bound);
    return bound;
  };
  return {
    free,
    scripted: (backend) => {
      const machine = free(backend);
      return guardOf(backend)?.attendant?.machine(machine) ?? machine;
    },
  };
}
