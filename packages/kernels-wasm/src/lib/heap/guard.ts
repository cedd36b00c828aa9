import { DiffeoError } from '@diffeo/core';
import type { BackendValues, DataType, KernelConfig, KernelFunc } from '@tensorflow/tfjs-core';
import { arenaMemory } from './arena-memory.ts';
import type { DataId, WasmBackend } from './backend.ts';
import { type HeapCount, heapCount } from './heap-count.ts';
import type { KernelContext } from './kernel-context.ts';

/**
 * What stands between a backend and its heap. Stock tfjs takes the address 0, which says that nothing is left, for that of a
 * tensor, and writes over what it keeps there.
 */
export interface Guard {
  readonly backend: WasmBackend;
  readonly count: HeapCount;
  /** Runs a kernel. Where it throws, what it made is disposed, and what it shared is let go. */
  run(kernel: KernelFunc, call: KernelCall, name: string): KernelResult;
  /** Runs `f` while `interceptor` is asked for everything. */
  intercept<T>(interceptor: Interceptor, f: () => T): T;
  /** Who is asked at the moment. */
  readonly interceptor: Interceptor | null;
  /** What happens where nobody attends. */
  readonly defaults: Readonly<Pick<Interceptor, 'allocate' | 'free' | 'write' | 'share' | 'dispose' | 'run'>>;
  /** Reserves an arena: see `arenaMemory`. */
  readonly reserve: ReturnType<typeof arenaMemory>;
  /** Puts back what was there before. */
  release(): void;
}

export type KernelCall = Parameters<KernelFunc>[0];
type KernelResult = ReturnType<KernelFunc>;

/** Who is asked for memory and for kernels in the place of the heap and the backend, while work is written down or done again. */
export interface Interceptor {
  allocate(bytes: number): number;
  free(address: number): void;
  /** A new tensor. */
  write(values: BackendValues | null, shape: number[], dtype: DataType): DataId;
  /** A tensor has its memory, and its values where the host brings them. */
  moved(dataId: DataId, values: BackendValues | null): void;
  share(dataId: DataId): void;
  dispose(dataId: DataId, force?: boolean): boolean;
  /** The host reads a tensor. */
  read(): void;
  run(kernel: KernelFunc, call: KernelCall, name: string): KernelResult;
  /** What a kernel works with that does nothing but by its functions. */
  kernelContext(defaults: KernelContext): KernelContext;
}

/** All that a heap can grow to: 4 GiB but for one page. */
const wholeHeap = 2 ** 32 - 2 ** 16;
/** What is left to tfjs's own module at the end of the heap: where it finds no room for its records, it aborts. */
const spare = 2 ** 20;

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

function refuse(bytes: number, shape: readonly number[] | null, heap: number): never {
  const what = shape ? `A tensor [${shape.join(', ')}]` : "A kernel's scratch";
  throw new DiffeoError(
    'MEMORY',
    `${what} takes ${mebibytes(bytes)}, which is not left: a WebAssembly heap ends at 4096 MiB, and this one holds ${mebibytes(
      heap,
    )}. Use smaller batches, gradient: 'recompute', or a smaller model.`,
  );
}

/** Puts a method in the place of another, and returns what undoes it. */
function override<T extends object, Name extends keyof T>(owner: T, name: Name, method: T[Name]): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  owner[name] = method;
  return () => {
    if (before) Object.defineProperty(owner, name, before);
    else delete owner[name];
  };
}

function guard(backend: WasmBackend): Guard {
  const { wasm } = backend;
  // Both functions replace themselves at their first call.
  wasm._free(wasm._malloc(4));
  const reserve = arenaMemory(wasm);
  const { _malloc: allocate, _free: free } = wasm;
  const { move, write, readSync, incRef, disposeData } = backend;
  const count = heapCount();
  let interceptor: Interceptor | null = null;
  /** Of the tensor that memory is asked for; `null` where it is for a kernel's scratch. */
  let shape: readonly number[] | null = null;
  /** What the kernels that run have made or share, so many. The list is never cut: engines are slow at that. */
  const held: (DataId | null)[] = [];
  let holding = 0;
  let running = 0;
  const hold = (dataId: DataId): void => {
    if (running > 0) held[holding++] = dataId;
  };
  const letGo = (dataId: DataId): void => {
    for (let i = holding - 1; i >= 0; i--) {
      if (held[i] !== dataId) continue;
      held[i] = null;
      return;
    }
  };

  /** Memory, or 0. Where a block would end beyond 4 GiB, emmalloc overflows and gives whatever small one it has. */
  const take = (bytes: number): number => {
    const address = allocate(bytes) >>> 0;
    if (address + bytes <= wasm.HEAPU8.length) return address;
    free(address);
    return 0;
  };
  const spares = (bytes: number): boolean => {
    if (wasm.HEAPU8.length < wholeHeap) return true;
    const address = take(bytes);
    free(address);
    return address !== 0;
  };

  const defaults: Guard['defaults'] = {
    allocate: (bytes) => {
      if (!(bytes > 0)) return allocate(bytes) >>> 0;
      // tfjs would allocate the remainder of a division by 4 GiB.
      const address = bytes < 2 ** 32 ? take(bytes) : 0;
      if (address === 0 || !spares(spare)) {
        free(address);
        refuse(bytes, shape, wasm.HEAPU8.length);
      }
      count.took(address, bytes);
      return address;
    },
    free: (address) => {
      count.gave(address);
      free(address);
    },
    write: (values, sizes, dtype) => write.call(backend, values, sizes, dtype),
    share: (dataId) => {
      incRef.call(backend, dataId);
      hold(dataId);
    },
    dispose: (dataId, force) => {
      letGo(dataId);
      return disposeData.call(backend, dataId, force);
    },
    run: (kernel, call) => {
      const before = holding;
      running++;
      try {
        return kernel(call);
      } catch (error) {
        for (const dataId of held.slice(before, holding)) if (dataId) disposeData.call(backend, dataId);
        throw error;
      } finally {
        running--;
        while (holding > before) held[--holding] = null;
      }
    },
  };

  const undo = [
    override(wasm, '_malloc', (bytes) => (interceptor ?? defaults).allocate(bytes)),
    override(wasm, '_free', (address) => (interceptor ?? defaults).free(address)),
    override(backend, 'write', (values, sizes, dtype) => (interceptor ?? defaults).write(values, sizes, dtype)),
    override(backend, 'move', (dataId, values, sizes, dtype, refCount) => {
      shape = sizes;
      try {
        move.call(backend, dataId, values, sizes, dtype, refCount);
      } finally {
        shape = null;
      }
      hold(dataId);
      interceptor?.moved(dataId, values);
    }),
    override(backend, 'incRef', (dataId) => (interceptor ?? defaults).share(dataId)),
    override(backend, 'disposeData', (dataId, force) => (interceptor ?? defaults).dispose(dataId, force)),
    override(backend, 'readSync', (dataId, ...range) => {
      interceptor?.read();
      return readSync.call(backend, dataId, ...range);
    }),
  ];

  return {
    backend,
    count,
    defaults,
    run: (kernel, call, name) => (interceptor ?? defaults).run(kernel, call, name),
    intercept: (next, f) => {
      const before = interceptor;
      interceptor = next;
      try {
        return f();
      } finally {
        interceptor = before;
      }
    },
    get interceptor() {
      return interceptor;
    },
    reserve,
    release: () => {
      for (const restore of undo) restore();
    },
  };
}

let guards = new WeakMap<WasmBackend, Guard>();
let releases: WeakRef<Guard>[] = [];

/** The guard of a backend that has one. */
export const guardOf = (backend: WasmBackend): Guard | undefined => guards.get(backend);

/** The one that was asked for last: kernels ask, and nearly always of the same backend. */
let last: { readonly backend: WasmBackend; readonly guard: Guard } | null = null;

/** The guard of a backend, which has one from here on. */
export function guarded(backend: WasmBackend): Guard {
  if (last?.backend === backend) return last.guard;
  const known = guards.get(backend) ?? newGuard(backend);
  last = { backend, guard: known };
  return known;
}

function newGuard(backend: WasmBackend): Guard {
  const own = guard(backend);
  guards.set(backend, own);
  releases.push(new WeakRef(own));
  return own;
}

/** Leaves every backend as it was. */
export function releaseGuards(): void {
  for (const known of releases) known.deref()?.release();
  guards = new WeakMap();
  last = null;
  releases = [];
}

/** A kernel that leaves nothing behind when it throws, on a backend whose heap is guarded: one that was started again too. */
export const guardedKernel = (config: KernelConfig): KernelConfig => ({
  ...config,
  kernelFunc: (call) => guarded(call.backend as WasmBackend).run(config.kernelFunc, call, config.kernelName),
});
