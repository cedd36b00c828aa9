import type { WasmBackend } from './backend.ts';

type Wasm = WasmBackend['wasm'];

/** Memory that is not the heap's to free, piece by piece: it belongs to an arena. */
interface Reserved {
  readonly begin: number;
  readonly end: number;
  /** Called where somebody frees something in it. */
  freed(): void;
}

const known = new WeakMap<Wasm, Reserved[]>();

/**
 * Sees to it, for as long as the heap lives, that nothing in an arena is freed: tensors may outlive the kernels that made them.
 * Returns how an arena is reserved, and that in turn what ends it.
 */
export function arenaMemory(wasm: Wasm): (arena: Reserved) => () => void {
  let reserved = known.get(wasm);
  if (!reserved) {
    const ranges: Reserved[] = [];
    const free = wasm._free;
    wasm._free = (address) => {
      const arena = ranges.find(({ begin, end }) => address >= begin && address < end);
      if (arena) arena.freed();
      else free(address);
    };
    known.set(wasm, ranges);
    reserved = ranges;
  }
  const all = reserved;
  return (arena) => {
    all.push(arena);
    return () => void all.splice(all.indexOf(arena), 1);
  };
}
