// What kernels compute, for a process that runs them with other flags: their bits, and whether loops were wide.
import '@tensorflow/tfjs-backend-wasm';
import { env, setBackend } from '@tensorflow/tfjs-core';
import { installKernels } from '../src/lib/install/install-kernels.ts';
import { bitsOf, someCases } from './simd256-cases.ts';

env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
await setBackend('wasm');
const { simd256 } = (await installKernels()) as { simd256: boolean };
console.log(JSON.stringify({ simd256, bits: someCases.map(bitsOf) }));
