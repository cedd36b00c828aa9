import type { KernelContext } from '../heap/kernel-context.ts';
import type { Kernels } from '../kernels.ts';

/** A kernelContext that does what it is asked, and hands on each step so that it can be done again. */
export function recordingContext(kernelContext: KernelContext, note: (step: () => void) => void): KernelContext {
  const kernels = Object.fromEntries(
    Object.entries(kernelContext.kernels as unknown as Record<string, (...given: number[]) => unknown>).map(
      ([name, f]) => [
        name,
        (...given: number[]) => {
          note(f.bind(null, ...given));
          return f(...given);
        },
      ],
    ),
  ) as unknown as Kernels;
  return {
    ...kernelContext,
    kernels,
    writeInts: (address, numbers) => {
      note(() => kernelContext.writeInts(address, numbers));
      kernelContext.writeInts(address, numbers);
    },
  };
}
