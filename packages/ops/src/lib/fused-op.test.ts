import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { normal } from '@diffeo/core';
import { differentiate, openTapes, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import {
  add,
  cos,
  getBackend,
  mul,
  registerKernel,
  setBackend,
  sin,
  square,
  sum,
  type Tensor,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fusedOp } from './fused-op.ts';

installMatchers();

/** Which of an operation's functions ran, and at how many open tapes. */
type Ran = 'forward' | 'backward' | 'reference';
const ran: [Ran, number][] = [];
const note = (which: Ran): void => {
  ran.push([which, openTapes()]);
};
const names = (): readonly Ran[] => ran.map(([which]) => which);

/** Sine and cosine of k·x: two inputs, two outputs, saved tensors. */
const sineAndCosine = (x: Tensor, k: Tensor, kernel: string): readonly [Tensor, Tensor] =>
  fusedOp<{ x: Tensor; k: Tensor }, readonly [Tensor, Tensor]>({
    kernel,
    inputs: { x, k },
    reference: (inputs) => {
      note('reference');
      const angle = mul(inputs.x, inputs.k);
      return [sin(angle), cos(angle)];
    },
    forward: (inputs, save) => {
      note('forward');
      const angle = mul(inputs.x, inputs.k);
      const outputs = [sin(angle), cos(angle)] as const;
      save([inputs.x, inputs.k, ...outputs]);
      return outputs;
    },
    backward: ([dSine, dCosine], saved) => {
      note('backward');
      const [at, by, sine, cosine] = saved as [Tensor, Tensor, Tensor, Tensor];
      const dAngle = add(mul(dSine, cosine), mul(dCosine, mul(-1, sine)));
      return { x: mul(dAngle, by), k: mul(dAngle, at) };
    },
  });

/** sin² + 3·cos of everything, summed. */
const total = (x: Tensor, k: Tensor, kernel: string): Tensor => {
  const [sine, cosine] = sineAndCosine(x, k, kernel);
  return sum(add(square(sine), mul(3, cosine)));
};

const known = 'DiffeoTestKernel';
const unknown = 'DiffeoTestKernelOfNobody';

describe.each(['cpu', 'wasm'])('fusedOp on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    registerGradients();
  });
  beforeEach(() => {
    registerKernel({ kernelName: known, backendName: backend, kernelFunc: () => [] });
    ran.length = 0;
  });
  afterEach(() => unregisterKernel(known, backend));

  test('outside a gradient the fast form runs, and nothing else', () => {
    tidied(() => {
      const [x, k] = [normal([3, 2], 1), normal([3, 2], 2)];
      const [sine, cosine] = sineAndCosine(x, k, known);
      expect(names()).toEqual(['forward']);
      expect(sine).toBeCloseToTensor(sin(mul(x, k)), 0);
      expect(cosine).toBeCloseToTensor(cos(mul(x, k)), 0);
    });
  });

  test('a gradient runs the fast form both ways, and is that of the reference', () => {
    tidied(() => {
      const [x, k] = [normal([3, 2], 1), normal([3, 2], 2)];
      const fast = differentiate(() => total(x, k, known), [x, k]);
      expect(names()).toEqual(['forward', 'backward']);
      const slow = differentiate(() => total(x, k, unknown), [x, k]);
      expect(names().slice(2)).toEqual(['reference']);
      expect(fast.value).toBeCloseToTensor(slow.value);
      for (const [i, gradient] of fast.grads.entries()) expect(gradient).toBeCloseToTensor(slow.grads[i] as Tensor);
    });
  });

  test('the reference runs where the backend lacks the kernel, whatever another backend has', async () => {
    const other = backend === 'cpu' ? 'wasm' : 'cpu';
    await setBackend(other);
    try {
      tidied(() => sineAndCosine(normal([2, 1], 1), normal([2, 1], 2), known));
      expect(names()).toEqual(['reference']);
    } finally {
      await setBackend(backend);
    }
    expect(getBackend()).toBe(backend);
  });

  test('the gradient of a gradient runs the reference, and is right', () => {
    tidied(() => {
      const [x, k] = [normal([2, 2], 1), normal([2, 2], 2)];
      const slope = () => sum(differentiate(() => total(x, k, known), [x]).grads[0] as Tensor);
      const { value, grads } = differentiate(slope, [x]);
      expect(ran).toEqual([['reference', 2]]);
      const [points, factors] = [x.dataSync(), k.dataSync()];
      // d/dx of sin²(kx) + 3·cos(kx) is k·sin(2kx) − 3k·sin(kx); its own slope is 2k²·cos(2kx) − 3k²·cos(kx).
      const pairs = Array.from(points, (at, i) => [at, factors[i] as number] as const);
      const first = pairs.map(([at, by]) => by * Math.sin(2 * by * at) - 3 * by * Math.sin(by * at));
      const second = pairs.map(([at, by]) => by * by * (2 * Math.cos(2 * by * at) - 3 * Math.cos(by * at)));
      expect(value).toBeCloseToTensor([first.reduce((all, v) => all + v)]);
      expect(grads[0]).toBeCloseToTensor(second);
    });
  });

  test('after a second derivative, and after one that failed, the fast form is back', () => {
    tidied(() => {
      const [x, k] = [normal([2], 1), normal([2], 2)];
      const slope = (stop: boolean) => () => {
        const { grads } = differentiate(() => total(x, k, known), [x]);
        if (stop) throw new RangeError('stop');
        return sum(grads[0] as Tensor);
      };
      differentiate(slope(false), [x]);
      expect(() => differentiate(slope(true), [x])).toThrow('stop');
      expect(openTapes()).toBe(0);
      ran.length = 0;
      differentiate(() => total(x, k, known), [x]);
      expect(ran).toEqual([
        ['forward', 1],
        ['backward', 0],
      ]);
    });
  });

  test('an output that nothing uses adds nothing to the gradient', () => {
    tidied(() => {
      const [x, k] = [normal([4], 1), normal([4], 2)];
      const { grads } = differentiate(() => sum(sineAndCosine(x, k, known)[1]), [x, k]);
      expect(grads[0]).toBeCloseToTensor(mul(-1, mul(k, sin(mul(x, k)))));
    });
  });

  test.each([known, unknown])('neither a call nor a gradient leaves a tensor behind (kernel %s)', (kernel) => {
    const [x, k] = [normal([3], 1), normal([3], 2)];
    const call = () => {
      for (const output of tidied(() => sineAndCosine(x, k, kernel))) output.dispose();
      const { value, grads } = tidied(() => differentiate(() => total(x, k, kernel), [x, k]));
      for (const tensor of [value, ...grads]) tensor?.dispose();
      tidied(() => {
        differentiate(() => sum(differentiate(() => total(x, k, kernel), [x]).grads[0] as Tensor), [x]);
      });
    };
    expect(countTensors(call)).toBe(0);
    expect(x.isDisposed || k.isDisposed).toBe(false);
    x.dispose();
    k.dispose();
  });
});
