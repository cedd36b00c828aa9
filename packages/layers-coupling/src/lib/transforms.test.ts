import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { mixtureOfLogistics, sinhArcsinh } from '@diffeo/ops';
import { testCouplings } from '../../test/test-couplings.ts';

testCouplings(sinhArcsinh(), {});
testCouplings(mixtureOfLogistics({ components: 3 }), {});
