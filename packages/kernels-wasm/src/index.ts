export { numbersOf } from './lib/heap/numbers-of.ts';
export { type HeapWatch, watchHeap } from './lib/heap/watch-heap.ts';
export { writeNumbers } from './lib/heap/write-numbers.ts';
export type { BuildName } from './lib/install/build-name.ts';
export { type Installed, type InstallOptions, installKernels, kernelsAtWork } from './lib/install/install-kernels.ts';
export { type Captured, capture } from './lib/replay/capture.ts';
