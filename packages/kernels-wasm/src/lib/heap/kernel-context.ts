import type { Kernels } from '../kernels.ts';
import type { WasmBackend } from './backend.ts';

/** A tfjs backend and what works in its memory. */
export interface KernelContext {
  readonly backend: WasmBackend;
  readonly kernels: Kernels;
  /** Writes whole numbers where kernels read them: sizes, addresses, columns, never what tensors hold. */
  writeInts(address: number, numbers: ArrayLike<number>): void;
}
