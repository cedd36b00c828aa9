// What kernels compute, for a process that runs them with other flags: their bits, and whether loops were wide.
import '@tensorflow/tfjs-backend-wasm';
import { env, setBackend } from '@tensorflow/tfjs-core';
import { installKernels } from '../src/lib/install-kernels.ts';
import { bitsOf, someCases } from './wide-cases.ts';

env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
await setBackend('wasm');
const { wide } = (await installKernels()) as { wide: boolean };
console.log(JSON.stringify({ wide, bits: someCases.map(bitsOf) }));
