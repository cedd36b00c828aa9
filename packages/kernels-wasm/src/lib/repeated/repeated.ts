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

/** How often to look for two runs that are the same. */
const patience = 4;

/**
 * Work that is the same each time but for the numbers in its inputs, such as a step of training: `f` must ask the same
 * operations for the same, and return new tensors, the caller's. With the kernels of this package installed it is watched; where
 * two runs were alike and read no number, what they asked of kernels is done again on the same memory without running `f`, which
 * spares everything around the kernels: tensors, scopes, the tape. That is taken only where it gave the same results to the bit on
 * memory that was overwritten before. Everywhere else `f` runs each time.
 *
 * What `f` uses besides its inputs must stay where it is: parameters may change in place.
 */
export function repeated(f: (inputs: readonly Tensor[]) => readonly Tensor[]): Repeated {
  /** What belongs to the work, and not to the script. */
  let newest: readonly Tensor[] = [];
  let known: { readonly guard: Guard; readonly script: Script } | null = null;
  let seen: Log | null = null;
  let left = patience;

  const forget = (): void => {
    for (const tensor of newest) tensor.dispose();
    newest = [];
  };

  function currentGuard(): Guard | null {
    const { backend } = engine();
    return (isWasmBackend(backend) && guardOf(backend)) || null;
  }

  /** Runs `f`, observed as long as there is hope. */
  function run(guard: Guard | null, inputs: readonly Tensor[]): readonly Tensor[] {
    if (guard && !guard.attendant && !known && left-- > 0) {
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
      return known?.guard === guard && known.script.fits(inputs) ? known.script.play(inputs) : run(guard, inputs);
    },
    get scripted() {
      return known !== null;
    },
    forget,
    dispose: () => {
      forget();
      if (known?.guard === currentGuard()) known?.script.dispose();
      known = null;
      left = 0;
    },
  };
}
