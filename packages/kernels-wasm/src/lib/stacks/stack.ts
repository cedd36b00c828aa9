import type { KernelContext } from '../heap/kernel-context.ts';

/** Where the parameters of a layer are. */
export interface LayerAddresses {
  readonly weight: number;
  readonly bias: number;
}

/** Where the results between layers are in `saved`, in bytes. */
export interface SavedLayer {
  /** What the layer gives to the next. */
  readonly output: number;
  /** What its activation gave: the same, unless the layer adds its input. */
  readonly activated: number;
}

/** Where a stack puts its results. */
export interface ForwardPlaces {
  readonly y: number;
  /** Where the results between the layers go; 0 for the scratch. */
  readonly saved: number;
  readonly scratch: number;
}

/** Where a stack's gradient finds and puts what it works on. */
export interface BackwardPlaces {
  readonly x: number;
  readonly saved: number;
  /** Left as it is. */
  readonly dy: number;
  /** May be the place of nothing else. */
  readonly dx: number;
  readonly scratch: number;
}

/** Layers with an activation between them, on so many events: everything that is known before any number is. */
export interface Stack {
  /** How many numbers `saved` has. */
  readonly savedSize: number;
  /** How many bytes of scratch `forward` takes, and takes where it has to save the results between the layers itself. */
  readonly forwardBytes: number;
  readonly forwardBytesAlone: number;
  readonly backwardBytes: number;
  /** x → y. */
  forward(kernelContext: KernelContext, x: number, layers: readonly LayerAddresses[], places: ForwardPlaces): void;
  /** From the gradient of y those of x and of every parameter. */
  backward(
    kernelContext: KernelContext,
    places: BackwardPlaces,
    weights: readonly number[],
    gradients: readonly LayerAddresses[],
  ): void;
}

/** Rounded up to whole lines of the cache. */
export const wholeLines = (bytes: number): number => Math.ceil(bytes / 64) * 64;
