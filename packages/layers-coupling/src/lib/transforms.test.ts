import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { sinhArcsinh } from '../../test/sinh-arcsinh.ts';
import { testCouplings } from '../../test/test-couplings.ts';

testCouplings(sinhArcsinh(), {});
