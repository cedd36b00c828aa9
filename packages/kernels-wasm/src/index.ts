export type { BuildName } from './lib/build-name.ts';
export { type Installed, type InstallOptions, installKernels, kernelsAtWork } from './lib/install-kernels.ts';
export { numbersOf } from './lib/numbers-of.ts';
export { type Captured, capture } from './lib/replay/capture.ts';
export { type HeapWatch, watchHeap } from './lib/watch-heap.ts';
