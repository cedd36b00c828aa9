import type { Kernels } from '../kernels.ts';
import type { Machine } from '../machine.ts';

/** A machine that does what it is asked, and hands on each step so that it can be done again. */
export function recordingContext(machine: Machine, note: (step: () => void) => void): Machine {
  const kernels = Object.fromEntries(
    Object.entries(machine.kernels as unknown as Record<string, (...given: number[]) => unknown>).map(([name, f]) => [
      name,
      (...given: number[]) => {
        note(f.bind(null, ...given));
        return f(...given);
      },
    ]),
  ) as unknown as Kernels;
  return {
    ...machine,
    kernels,
    writeInts: (address, numbers) => {
      note(() => machine.writeInts(address, numbers));
      machine.writeInts(address, numbers);
    },
  };
}
