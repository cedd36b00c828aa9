import { fold, normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { convStack } from '@diffeo/ops';
import { installMatchers } from '@diffeo/testing/vitest';
import { mul, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { describeBuilds } from '../../../test/with-build.ts';

installMatchers();

describeBuilds('the stack of convolutions', () => {
  beforeAll(() => registerGradients());

  test.each([
    [[2, 7, 7, 4], [3, 1, 3], 16, 'elu'],
    [[3, 5, 4, 3], [3, 5], 33, 'tanh'],
    [[1, 1, 9, 2], [1, 3, 1], 8, 'sigmoid'],
  ] as const)('of images %j with sides %j has the gradients of its composition', (shape, sides, width, activation) => {
    tidied(() => {
      const channels = [shape[3], ...sides.slice(1).map(() => width), 5];
      const layers = sides.map((side, i) => {
        const [inputs, outputs] = [channels[i] as number, channels[i + 1] as number];
        const weight = mul(normal([side, side, inputs, outputs], fold(1, i)), 1 / (side * Math.sqrt(inputs)));
        return { weight, bias: normal([outputs], fold(2, i)) };
      });
      const x = normal([...shape], 3);
      const inputs = [x, ...layers.flatMap(({ weight, bias }) => [weight, bias])];
      const f = () => sum(square(convStack(x, layers, { activation, residual: true })));
      const fast = differentiate(f, inputs);
      // Under a second tape nothing but the composition may run.
      differentiate(() => {
        const slow = differentiate(f, inputs);
        for (const [i, gradient] of fast.grads.entries()) {
          const expected = slow.grads[i] as Tensor;
          const scale = 1 / Math.max(1, ...expected.dataSync().map(Math.abs));
          expect(mul(gradient as Tensor, scale)).toBeCloseToTensor(mul(expected, scale), 1e-4);
        }
        return slow.value;
      }, inputs);
    });
  });
});
