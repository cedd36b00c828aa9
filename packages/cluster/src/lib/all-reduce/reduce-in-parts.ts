/** The part of a vector that a worker adds up: all have about as many numbers. */
export const partOf = (length: number, worker: number, count: number): readonly [begin: number, end: number] => [
  Math.floor((length * worker) / count),
  Math.floor((length * (worker + 1)) / count),
];

/** How parts of vectors travel between workers; all of them call the same in the same order. */
export interface PartTransport {
  /** Gives each worker its part ({@link partOf}) of these numbers; returns what all have of this worker's part, in their order. */
  exchange(values: Float32Array): Promise<readonly Float32Array[]>;
  /** Gives this worker's part to all, and puts the parts of all into `whole`. */
  gather(part: Float32Array, whole: Float32Array): Promise<void>;
}

/**
 * One all-reduce: each worker sends every other its part of the vector, adds up its own part in the order of the workers, and sends
 * the sum to all. Of L numbers and n workers each sends 2 (n − 1) / n · L, as a ring does, in two rounds rather than 2 (n − 1).
 */
export async function reduceInParts(values: Float32Array, { exchange, gather }: PartTransport): Promise<Float32Array> {
  const parts = await exchange(values);
  // In float32, from the first on: what every other way of adding up gives too.
  const sum = (parts[0] as Float32Array).slice();
  for (const part of parts.slice(1))
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number);
  const whole = new Float32Array(values.length);
  await gather(sum, whole);
  return whole;
}
