export type { BuildName } from './lib/build-name.ts';
export { type Installed, type InstallOptions, installKernels, kernelsAtWork } from './lib/install-kernels.ts';
export { numbersOf } from './lib/numbers-of.ts';
export { type Repeated, repeated } from './lib/repeated/repeated.ts';
export { type HeapWatch, watchHeap } from './lib/watch-heap.ts';
