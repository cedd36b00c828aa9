import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { testDistribution } from '@diffeo/testing/vitest';
import { gaussianKernels } from './gaussian-kernels.ts';

testDistribution(gaussianKernels({ kernels: 3 }));
