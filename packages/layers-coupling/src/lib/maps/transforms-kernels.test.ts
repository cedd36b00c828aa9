import '@tensorflow/tfjs-backend-wasm';
import { installKernels } from '@diffeo/kernels-wasm';
import { rationalQuadratic, sinhArcsinh } from '@diffeo/ops';
import { setBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { testCouplings } from '../../../test/test-couplings.ts';

await setBackend('wasm');
const installed = await installKernels();

test('the kernels are there', () => expect(installed.reason).toBeNull());

testCouplings(sinhArcsinh(), { backends: ['wasm'] });
testCouplings(rationalQuadratic({ bins: 4, bound: 3 }), { backends: ['wasm'], points: [-3, 3, -2.999, 2.999] });
