/** Rows of float64 numbers that grow without being copied. NaN stands for what is not a number. */
export interface NumberBlocks {
  readonly count: number;
  add(row: Float64Array): void;
  /** Blocks of whole rows, one after the other, with the number of the first row of each. */
  parts(): Iterable<readonly [rows: Float64Array, first: number]>;
}

/** About how many numbers a block has. */
const blockLength = 2 ** 18;

/** No rows of `size` numbers yet. */
export function numberBlocks(size: number): NumberBlocks {
  const rowsPerBlock = Math.max(1, Math.floor(blockLength / size));
  const blocks: Float64Array[] = [];
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(row) {
      const within = count % rowsPerBlock;
      // The first block grows, so that a small table takes little.
      if (within === 0) blocks.push(new Float64Array((blocks.length === 0 ? 1 : rowsPerBlock) * size));
      let block = blocks.at(-1) as Float64Array;
      if ((within + 1) * size > block.length) {
        const larger = new Float64Array(Math.min(2 * block.length, rowsPerBlock * size));
        larger.set(block);
        blocks[blocks.length - 1] = larger;
        block = larger;
      }
      block.set(row, within * size);
      count++;
    },
    *parts() {
      for (const [i, block] of blocks.entries()) {
        const first = i * rowsPerBlock;
        const rows = Math.min(rowsPerBlock, count - first);
        yield [block.subarray(0, rows * size), first];
      }
    },
  };
}
