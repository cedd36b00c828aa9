import type { WasmBackend } from './backend.ts';

/** Writes lists of columns one after another as kernels read them, and returns where each begins. */
export function columnLists<Lists extends readonly (readonly number[])[]>(
  { wasm }: WasmBackend,
  address: number,
  ...lists: Lists
): { readonly [Index in keyof Lists]: number } {
  const memory = new Uint32Array(wasm.HEAPU8.buffer);
  let at = address;
  return lists.map((columns) => {
    const begin = at;
    for (const column of columns) {
      memory[at >>> 2] = 4 * column;
      at += 4;
    }
    return begin;
  }) as { readonly [Index in keyof Lists]: number };
}
