import { openTapes } from '@diffeo/core/engine';
import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { isWasmBackend } from '../heap/backend.ts';
import { type Guard, guardOf } from '../heap/guard.ts';
import type { Log } from './log.ts';
import { record } from './record.ts';
import type { Recording } from './recording.ts';
import { watch } from './watch.ts';

/** Work that is captured, as CUDA graphs are: what its kernels do is recorded once, and replayed without its code. */
export interface Captured {
  /** Runs the work on these, or replays it. The results belong to the work until it runs again or releases them. */
  run(inputs: readonly Tensor[]): readonly Tensor[];
  /** Whether there is a recording, which the next run replays. */
  readonly isCaptured: boolean;
  /** Disposes the results of the last run. */
  release(): void;
  dispose(): void;
}

interface Known {
  readonly guard: Guard;
  readonly recording: Recording;
}

/** How often to look for two runs that are the same. */
const patience = 4;

/**
 * Captures work that is the same each time but for the numbers in its inputs, such as a step of training: `f` must call the
 * same operations, change nothing that it is given, and return new tensors, the caller's. With the kernels of this package
 * installed its first runs are watched; where two were alike and neither read a number nor drew from a seed, the kernel calls
 * are recorded and then replayed on the same memory without running `f`, which saves everything around the kernels: tensors,
 * scopes, the tape. A recording is kept only where it gave the same results to the bit on poisoned memory. Everywhere else
 * `f` runs each time.
 *
 * The tensors that `f` uses besides its inputs must stay the same; parameters may change in place.
 */
export function capture(f: (inputs: readonly Tensor[]) => readonly Tensor[]): Captured {
  /** What belongs to the work, and not to the recording. */
  let newest: readonly Tensor[] = [];
  let newestGuard: Guard | null = null;
  let known: Known | null = null;
  let seen: Log | null = null;
  let left = patience;

  /** What was made on a backend that is gone went with it. */
  const isGone = (guard: Guard | null): boolean => guard !== null && guard.backend.wasm === null;
  const release = (): void => {
    const made = newest;
    newest = [];
    if (!isGone(newestGuard)) for (const tensor of made) tensor.dispose();
  };

  function currentGuard(): Guard | null {
    const { backend } = engine();
    return (isWasmBackend(backend) && guardOf(backend)) || null;
  }

  /** Runs `f`, observed as long as there is hope. */
  function run(guard: Guard | null, inputs: readonly Tensor[]): readonly Tensor[] {
    newestGuard = guard;
    // Inside other work that is observed, or under a tape, everything has to be seen.
    const uncaptured = guard && !guard.interceptor && openTapes() === 0;
    if (uncaptured && !known && left-- > 0) {
      const observed = seen ? record(guard, inputs, seen, f) : watch(guard, inputs, f);
      if (observed?.recording) {
        known = { guard, recording: observed.recording };
        return observed.outputs;
      }
      seen = observed?.log ?? null;
      if (!seen || seen.reads) left = 0;
      if (observed) {
        newest = observed.outputs;
        return newest;
      }
    }
    newest = f(inputs);
    return newest;
  }

  return {
    run: (inputs) => {
      release();
      const guard = currentGuard();
      const replays =
        known?.guard === guard && !guard?.interceptor && openTapes() === 0 && known?.recording.fits(inputs);
      return replays ? (known as Known).recording.replay(inputs) : run(guard, inputs);
    },
    get isCaptured() {
      return known !== null;
    },
    release,
    dispose: () => {
      release();
      if (known && !isGone(known.guard)) known.recording.dispose();
      known = null;
      left = 0;
    },
  };
}
