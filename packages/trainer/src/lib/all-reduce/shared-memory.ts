import type { AdamPart } from '@diffeo/ops';
import type { AllReduce, AllReduceMethod } from '../executor/all-reduce.ts';

const [arrived, round] = [0, 1];
/**
 * Everything begins on a line of the cache. Memory that is shared is copied in words of eight bytes, but a byte at a time where
 * the two sides are not aligned alike, which takes three times as long.
 */
const lineNumbers = 16;
const wholeLines = (numbers: number): number => lineNumbers * Math.ceil(numbers / lineNumbers);
const headerInts = lineNumbers;
/** How often to look before going to sleep: the others are rarely far behind. */
const spinLimit = 20_000;

/** A vector of a worker's gradient and its loss, for each; the parameters; a number of each worker. */
const places = (count: number, size: number) => {
  const vector = wholeLines(size + 1);
  const whole = headerInts + count * vector;
  const numbers = whole + wholeLines(size);
  return { vector, whole, numbers, end: numbers + wholeLines(2 * count) };
};

/** Bytes that {@link sharedAllReduce} needs, of so many workers with so many parameters. */
export const allReduceBytes = (count: number, size: number): number => 4 * places(count, size).end;

/** So many numbers in parts, one for each worker, in whole lines. */
export function partsOf(size: number, count: number): readonly AdamPart[] {
  const edge = (i: number) =>
    i === count ? size : Math.min(size, lineNumbers * Math.round((i * size) / count / lineNumbers));
  return Array.from({ length: count }, (_, i) => ({ begin: edge(i), end: edge(i + 1) }));
}

/**
 * An all-reduce in shared memory. It blocks, so it is for workers alone. Where steps are shared, all wait for each other three times: with
 * the gradients, with the norm of a part of their sum, and with that part of the new parameters. So what one reads, no other
 * writes before the next wait, and each place is needed once.
 */
export function sharedAllReduce(
  memory: SharedArrayBuffer,
  { index, count, size }: { readonly index: number; readonly count: number; readonly size: number },
): AllReduce {
  const header = new Int32Array(memory, 0, headerInts);
  const at = places(count, size);
  const vectors = Array.from(
    { length: count },
    (_, who) => new Float32Array(memory, 4 * (headerInts + who * at.vector), size + 1),
  );
  const whole = new Float32Array(memory, 4 * at.whole, size);
  const numbers = new Float64Array(memory, 4 * at.numbers, count);

  function waitForAll(): void {
    const now = Atomics.load(header, round);
    if (Atomics.add(header, arrived, 1) === count - 1) {
      Atomics.store(header, arrived, 0);
      Atomics.add(header, round, 1);
      Atomics.notify(header, round);
      return;
    }
    for (let look = 0; look < spinLimit; look++) if (Atomics.load(header, round) !== now) return;
    while (Atomics.load(header, round) === now) Atomics.wait(header, round, now);
  }

  return {
    sum: (write, shared) => {
      if (!shared) waitForAll();
      write(vectors[index] as Float32Array);
      waitForAll();
      return Promise.resolve({ vectors, own: index });
    },
    shared: {
      parts: partsOf(size, count),
      own: index,
      gather: (own) => {
        numbers[index] = own;
        waitForAll();
        return [...numbers];
      },
      merge: (write) => {
        write(whole);
        waitForAll();
        return whole;
      },
    },
  };
}

/** Adds up in memory that all workers share. */
export const sharedMemoryAllReduce: AllReduceMethod<SharedArrayBuffer> = {
  kind: 'all-reduce',
  type: '@diffeo/trainer/shared-memory',
  suits: ({ sharesMemory }) => sharesMemory,
  open: ({ count }, length) => {
    const memory = new SharedArrayBuffer(allReduceBytes(count, length - 1));
    return { ticket: () => memory, close: () => undefined };
  },
  // The last number of a vector is the loss.
  join: (memory, { index, count, length }) => sharedAllReduce(memory, { index, count, size: length - 1 }),
};
