export { heapBytes, numbersOf } from './lib/backend.ts';
export type { BuildName } from './lib/build-name.ts';
export { type Installed, type InstallOptions, installKernels } from './lib/install-kernels.ts';
