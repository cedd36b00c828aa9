/** A piece of memory, and when it is held. */
export interface Block {
  readonly bytes: number;
  readonly born: number;
  /** Infinity where it is never given back. */
  gone: number;
}

export interface Placement {
  /** Where each block begins, from the beginning of an arena. */
  readonly offsets: readonly number[];
  /** How long the arena is. */
  readonly bytes: number;
}

/** Blocks begin on a line of the cache. */
const alignment = 64;
/** No two that are held at once begin at the same place, even if one is empty. */
const aligned = (bytes: number): number => alignment * Math.max(1, Math.ceil(bytes / alignment));

const together = (a: Block, b: Block): boolean => a.born < b.gone && b.born < a.gone;

/**
 * Places blocks so that those which are held at the same time do not touch, and the arena is short: the longest first, each at
 * the lowest place that is free for as long as it is held (Pisarchyk & Lee 2020, "greedy by size").
 */
export function placeBlocks(blocks: readonly Block[]): Placement {
  const offsets = new Array<number>(blocks.length).fill(0);
  /** Those placed, by where they begin. */
  const placed: { readonly block: Block; readonly begin: number; readonly end: number }[] = [];
  const order = [...blocks.keys()].sort((a, b) => (blocks[b] as Block).bytes - (blocks[a] as Block).bytes || a - b);
  let bytes = 0;
  for (const i of order) {
    const block = blocks[i] as Block;
    const length = aligned(block.bytes);
    let begin = 0;
    for (const other of placed) {
      if (other.begin >= begin + length) break;
      if (other.end > begin && together(block, other.block)) begin = other.end;
    }
    offsets[i] = begin;
    const at = placed.findIndex((other) => other.begin >= begin);
    placed.splice(at < 0 ? placed.length : at, 0, { block, begin, end: begin + length });
    bytes = Math.max(bytes, begin + length);
  }
  return { offsets, bytes };
}
