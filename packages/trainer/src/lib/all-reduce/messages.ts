import type { AllReduceMethod } from '../executor/all-reduce.ts';

/** Counts those that were opened: each has a topic of its own, so that none hears of another's. */
let opened = 0;

/** The sum of the vectors, in the order of the list, in `target`. */
export function addInto(target: Float32Array, vectors: readonly Float32Array[]): void {
  target.set(vectors[0] as Float32Array);
  for (const vector of vectors.slice(1)) {
    for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + (vector[i] as number);
  }
}

/**
 * Adds up by messages through the caller, over any channel: it waits for every worker's vector, and sends everybody the sum. So
 * 2 · count vectors travel a step, all of them to or from the caller.
 */
export const messageAllReduce: AllReduceMethod<string> = {
  kind: 'all-reduce',
  type: '@diffeo/trainer/messages',
  suits: () => true,
  open: ({ count, notes }, length) => {
    const topic = `all-reduce ${opened++}`;
    const vectors = new Map<number, Float32Array>();
    const close = notes.on(topic, (worker, body) => {
      vectors.set(worker, body as Float32Array);
      if (vectors.size < count) return;
      const sum = new Float32Array(length);
      addInto(
        sum,
        Array.from({ length: count }, (_, i) => vectors.get(i) as Float32Array),
      );
      vectors.clear();
      for (let i = 0; i < count; i++) notes.post(i, topic, sum);
    });
    return { ticket: () => topic, close };
  },
  join: (topic, { length, notes }) => {
    let receive: ((sum: Float32Array) => void) | null = null;
    const close = notes.on(topic, (body) => receive?.(body as Float32Array));
    return {
      shared: null,
      sum: (write) =>
        new Promise((resolve) => {
          const values = new Float32Array(length);
          write(values);
          receive = (sum) => resolve({ vectors: [sum], own: null });
          notes.post(topic, values, [values.buffer]);
        }),
      close,
    };
  },
};
