/** What a worker takes from a meeting. */
interface Joined {
  /** Vectors that add up, in their order, to the same sum for everybody. To be read before the next meeting. */
  readonly slopes: readonly Float32Array[];
  /** Which of them is the worker's own; `null` where none is. */
  readonly own: number | null;
}

/** Where the shares of a step meet: each worker brings its vector and gets what adds up to the sum of all. */
export interface Meeting {
  /** `write` puts this worker's vector into the place that it is given. */
  join(write: (place: Float32Array) => void): Promise<Joined>;
}

const [arrived, round] = [0, 1];
/**
 * Everything begins on a line of the cache. Memory that is shared is copied in words of eight bytes, but a byte at a time where
 * the two sides are not aligned alike, which takes three times as long.
 */
const lineNumbers = 16;
const wholeLines = (numbers: number): number => lineNumbers * Math.ceil(numbers / lineNumbers);
const headerInts = lineNumbers;
/** How often to look before going to sleep: the others are rarely far behind. */
const looks = 20_000;

/** Bytes that {@link sharedMeeting} needs. Two sets of places, so that nobody overwrites what another still adds. */
export const meetingBytes = (count: number, size: number): number => 4 * (headerInts + 2 * count * wholeLines(size));

/** A meeting in shared memory. It blocks, so only workers may attend. */
export function sharedMeeting(
  memory: SharedArrayBuffer,
  { index, count, size }: { readonly index: number; readonly count: number; readonly size: number },
): Meeting {
  const header = new Int32Array(memory, 0, headerInts);
  const place = (parity: number, who: number) =>
    new Float32Array(memory, 4 * (headerInts + (parity * count + who) * wholeLines(size)), size);
  const places = [0, 1].map((parity) => Array.from({ length: count }, (_, who) => place(parity, who)));

  function waitForAll(): number {
    const now = Atomics.load(header, round);
    if (Atomics.add(header, arrived, 1) === count - 1) {
      Atomics.store(header, arrived, 0);
      Atomics.add(header, round, 1);
      Atomics.notify(header, round);
      return now;
    }
    for (let look = 0; look < looks; look++) if (Atomics.load(header, round) !== now) return now;
    while (Atomics.load(header, round) === now) Atomics.wait(header, round, now);
    return now;
  }

  let parity = 0;
  return {
    join: (write) => {
      const vectors = places[parity] as Float32Array[];
      write(vectors[index] as Float32Array);
      waitForAll();
      parity = 1 - parity;
      return Promise.resolve({ slopes: vectors, own: index });
    },
  };
}

/** The sum of the vectors, in the order of the list, in `target`. */
export function addInto(target: Float32Array, vectors: readonly Float32Array[]): void {
  target.set(vectors[0] as Float32Array);
  for (const vector of vectors.slice(1)) {
    for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + (vector[i] as number);
  }
}
