import { openTapes } from '@diffeo/core/engine';
import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { isWasmBackend } from '../backend.ts';
import { type Guard, guardOf } from '../guard.ts';
import type { Log } from './log.ts';
import { record } from './record.ts';
import type { Script } from './script.ts';
import { watch } from './watch.ts';

/** Work that is done again and again. */
export interface Repeated {
  /** Does the work on these. What comes of it belongs to the work, until it is done again or forgotten. */
  run(inputs: readonly Tensor[]): readonly Tensor[];
  /** Whether the work is known by heart. */
  readonly scripted: boolean;
  /** Gives back what came of the work the last time. */
  forget(): void;
  dispose(): void;
}

interface Known {
  readonly guard: Guard;
  readonly script: Script;
}

/** How often to look for two runs that are the same. */
const patience = 4;

/**
 * Work that is the same each time but for the numbers in its inputs, such as a step of training: `f` must ask the same
 * operations for the same, change nothing that it is given, and return new tensors, the caller's. With the kernels of this
 * package installed it is watched; where two runs were alike and neither read a number nor made anything of a seed, what they
 * asked of kernels is done again on the same memory without running `f`, which spares everything around the kernels: tensors,
 * scopes, the tape. That is taken only where it gave the same results to the bit on memory that was overwritten before.
 * Everywhere else `f` runs each time.
 *
 * What `f` uses besides its inputs must stay where it is: parameters may change in place.
 */
export function repeated(f: (inputs: readonly Tensor[]) => readonly Tensor[]): Repeated {
  /** What belongs to the work, and not to the script. */
  let newest: readonly Tensor[] = [];
  let newestGuard: Guard | null = null;
  let known: Known | null = null;
  let seen: Log | null = null;
  let left = patience;

  /** What was made on a backend that is gone went with it. */
  const isGone = (guard: Guard | null): boolean => guard !== null && guard.backend.wasm === null;
  const forget = (): void => {
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
    const free = guard && !guard.attendant && openTapes() === 0;
    if (free && !known && left-- > 0) {
      const observed = seen ? record(guard, inputs, seen, f) : watch(guard, inputs, f);
      if (observed?.script) {
        known = { guard, script: observed.script };
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
      forget();
      const guard = currentGuard();
      const byHeart = known?.guard === guard && !guard?.attendant && openTapes() === 0 && known?.script.fits(inputs);
      return byHeart ? (known as Known).script.play(inputs) : run(guard, inputs);
    },
    get scripted() {
      return known !== null;
    },
    forget,
    dispose: () => {
      forget();
      if (known && !isGone(known.guard)) known.script.dispose();
      known = null;
      left = 0;
    },
  };
}
