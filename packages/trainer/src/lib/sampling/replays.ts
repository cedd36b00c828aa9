import { type Captured, capture } from '@diffeo/kernels-wasm';
import type { Tensor } from '@tensorflow/tfjs-core';
import { shapeCounts } from './shape-counts.ts';

/** Recorded work, for the shapes of inputs that come often. */
export interface Replays {
  /** The recorded work for these inputs; `null` where it is not worth recording. */
  find(
    name: string,
    inputs: readonly Tensor[],
    work: (inputs: readonly Tensor[]) => readonly Tensor[],
  ): Captured | null;
  dispose(): void;
}

/** How many shapes are recorded at a time: each holds memory. */
const slots = 8;
/** A shape is recorded when it comes so often: recording one that never comes again costs more than it gives. */
const oftenEnough = 3;
/** Where all slots are taken, a shape has to come so many times as often as the one that it displaces. */
const muchMoreOften = 3;

/** Records the shapes that come often, eight at a time. */
export function replays(): Replays {
  const recorded = new Map<string, Captured>();
  const counts = shapeCounts();

  /** Makes room for a shape that came so often, if that is worth while. */
  function makeRoom(count: number): boolean {
    if (recorded.size < slots) return true;
    const [rarest] = [...recorded.keys()].sort((a, b) => counts.of(a) - counts.of(b)) as [string];
    if (count < muchMoreOften * (counts.of(rarest) + oftenEnough)) return false;
    recorded.get(rarest)?.dispose();
    return recorded.delete(rarest);
  }

  return {
    find: (name, inputs, work) => {
      let key = name;
      for (const { dtype, shape } of inputs) key += `;${dtype} ${shape}`;
      const count = counts.add(key);
      const known = recorded.get(key);
      if (known) return known;
      if (count < oftenEnough || !makeRoom(count)) return null;
      const made = capture(work);
      recorded.set(key, made);
      return made;
    },
    dispose: () => {
      for (const work of recorded.values()) work.dispose();
      recorded.clear();
    },
  };
}
