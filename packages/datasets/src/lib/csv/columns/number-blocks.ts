import { randomSource, type Seed } from '@diffeo/core';

/** Rows of float64 numbers that grow without being copied. NaN stands for what is not a number. */
export interface NumberBlocks {
  /** How many rows are held. */
  readonly count: number;
  /** How many rows were added: more than are held where they are sampled. */
  readonly added: number;
  add(row: Float64Array): void;
  /** Blocks of whole rows, one after the other, with the number of the first row of each. */
  parts(): Iterable<readonly [rows: Float64Array, first: number]>;
}

/** How many rows are held of more: those drawn by the seed. */
export interface RowSample {
  /** At most so many; at least about half of that. */
  readonly rows: number;
  readonly seed: Seed;
}

/** About how many numbers a block has. */
const blockLength = 2 ** 18;

/**
 * No rows of `size` numbers yet. With a sample, each row is held with the same chance, independently of all others: whenever too many are held, each of
 * them stays by the toss of a coin, and so does what comes from then on. So memory is bounded, the rows keep their order, and nobody has to know beforehand how
 * many there are.
 */
export function numberBlocks(size: number, sample: RowSample | null = null): NumberBlocks {
  const rowsPerBlock = Math.max(1, Math.floor(blockLength / size));
  const blocks: Float64Array[] = [];
  const source = sample && randomSource(sample.seed);
  let [count, added, share] = [0, 0, 1];

  /** Where a row lies. */
  const placeOf = (row: number): readonly [block: number, at: number] => [
    Math.floor(row / rowsPerBlock),
    (row % rowsPerBlock) * size,
  ];

  /** Each row stays by the toss of a coin. */
  function thin(): void {
    let kept = 0;
    for (let row = 0; row < count; row++) {
      if (source && source.uniform() < 0.5) continue;
      const [from, at] = placeOf(row);
      const [to, place] = placeOf(kept++);
      const numbers = (blocks[from] as Float64Array).subarray(at, at + size);
      if (row >= kept) (blocks[to] as Float64Array).set(numbers, place);
    }
    count = kept;
    blocks.length = Math.ceil(count / rowsPerBlock);
    share /= 2;
  }

  return {
    get count() {
      return count;
    },
    get added() {
      return added;
    },
    add(row) {
      added++;
      if (source && share < 1 && source.uniform() >= share) return;
      const within = count % rowsPerBlock;
      const at = Math.floor(count / rowsPerBlock);
      // The first block grows, so that a small table takes little.
      blocks[at] ??= new Float64Array((at === 0 ? 1 : rowsPerBlock) * size);
      let block = blocks[at];
      if ((within + 1) * size > block.length) {
        const larger = new Float64Array(Math.min(2 * block.length, rowsPerBlock * size));
        larger.set(block);
        blocks[at] = larger;
        block = larger;
      }
      block.set(row, within * size);
      count++;
      while (sample && count > sample.rows) thin();
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
