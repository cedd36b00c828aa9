import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectClose, numbers, onEachBackend, tensorsLeftBy } from '../../../test/backends.ts';
import { copyTensor, differentiate, openTapes, product, runDifferentiable, tidied } from './engine.ts';
import { registerGradients } from './gradient-table.ts';

onEachBackend('the inside of tfjs', () => {
  beforeAll(registerGradients);

  describe('differentiate', () => {
    test('gives the value, the gradients, and null for what the function does not touch', () => {
      const [x, other] = [tf.tensor1d([1, 2]), tf.tensor1d([5])];
      const { value, grads } = differentiate(() => tf.sum(tf.square(x)), [x, other]);
      expect(numbers(value)).toEqual([5]);
      expect(numbers(grads[0] as Tensor)).toEqual([2, 4]);
      expect(grads[1]).toBeNull();
    });

    test('inside the backward function of another gradient it leaves that one its tape', () => {
      const x = tf.tensor1d([1, 2]);
      // y = x², whose gradient is itself found by a gradient.
      const squared = (input: Tensor) =>
        runDifferentiable<{ input: Tensor }, readonly [Tensor]>({
          inputs: { input },
          forward: (inputs, save) => {
            save([inputs.input]);
            return [tf.square(inputs.input)];
          },
          backward: ([dy], [saved]) => {
            const { grads } = differentiate(() => tf.sum(tf.mul(dy, tf.square(saved as Tensor))), [saved as Tensor]);
            return { input: grads[0] as Tensor };
          },
        })[0];
      const { grads } = differentiate(() => tf.sum(tf.exp(squared(tf.sin(squared(x))))), [x]);
      const expected = [1, 2].map((v) => {
        const s = Math.sin(v * v);
        return Math.exp(s * s) * 2 * s * Math.cos(v * v) * 2 * v;
      });
      expectClose(numbers(grads[0] as Tensor), expected, 1e-5);
      expect(openTapes()).toBe(0);
    });

    test('a function that throws closes its tape and leaves nothing behind', () => {
      const x = tf.ones([4]);
      const broken = () => {
        const y = tf.exp(tf.square(x));
        if (y.size === 4) throw new RangeError('stop');
        return tf.sum(y);
      };
      const attempt = () => expect(() => tidied(() => differentiate(broken, [x]))).toThrow('stop');
      attempt();
      expect(openTapes()).toBe(0);
      expect(tensorsLeftBy(attempt)).toBe(0);
      expect(numbers(differentiate(() => tf.sum(tf.mul(3, x)), [x]).grads[0] as Tensor)).toEqual([3, 3, 3, 3]);
    });

    test('adds up what a tensor is given on several ways, as stock tfjs does', () => {
      const [x, y] = [tf.tensor1d([0.5, -1.5]), tf.tensor1d([2, 3])];
      const tangled = () => {
        const [a, b] = [tf.mul(x, y), tf.sin(x)];
        const c = tf.add(tf.mul(a, b), tf.square(a));
        return tf.sum(tf.add(tf.mul(c, tf.tanh(x)), tf.mul(x, x)));
      };
      const { value, grads } = differentiate(tangled, [x, y]);
      const expected = tf.engine().gradients(tangled, [x, y]);
      expect(numbers(value)).toEqual(numbers(expected.value));
      for (const [i, gradient] of grads.entries()) {
        expectClose(numbers(gradient as Tensor), numbers(expected.grads[i] as Tensor), 1e-6);
      }
    });

    test('of a tensor by itself it is one', () => {
      const x = tf.scalar(3);
      expect(numbers(differentiate(() => x, [x]).grads[0] as Tensor)).toEqual([1]);
    });

    test('a kernel without a gradient is named, and the tape is closed', () => {
      const x = tf.tensor1d([1, 5, 3]);
      const call = () => differentiate(() => tf.sum(tf.topk(x, 2).values), [x]);
      expect(call).toThrow(expect.objectContaining({ code: 'GRADIENT', message: expect.stringContaining("'TopK'") }));
      expect(openTapes()).toBe(0);
    });

    test('leaves no tensor but the gradients', () => {
      const x = tf.ones([4]);
      const call = () => {
        const { value, grads } = differentiate(() => tf.sum(tf.exp(tf.mul(x, tf.square(x)))), [x]);
        for (const tensor of [value, ...grads]) tensor?.dispose();
      };
      expect(tensorsLeftBy(call)).toBe(0);
    });

    test('counts open tapes', () => {
      const x = tf.scalar(1);
      const seen: number[] = [openTapes()];
      differentiate(() => {
        seen.push(openTapes());
        const inner = differentiate(() => {
          seen.push(openTapes());
          return tf.square(x);
        }, [x]);
        return inner.grads[0] as Tensor;
      }, [x]);
      expect(seen).toEqual([0, 1, 2]);
      expect(openTapes()).toBe(0);
    });
  });

  describe('runDifferentiable', () => {
    /** Both the sine and the cosine of x·k in one go. */
    const sineAndCosine = (x: Tensor, k: Tensor): readonly [Tensor, Tensor] =>
      runDifferentiable<{ x: Tensor; k: Tensor }, readonly [Tensor, Tensor]>({
        inputs: { x, k },
        forward: (inputs, save) => {
          const angle = tf.mul(inputs.x, inputs.k);
          const outputs = [tf.sin(angle), tf.cos(angle)] as const;
          save([inputs.x, inputs.k, ...outputs]);
          return outputs;
        },
        backward: ([dSine, dCosine], [x, k, sine, cosine]) => {
          const dAngle = tf.sub(tf.mul(dSine, cosine as Tensor), tf.mul(dCosine, sine as Tensor));
          return { x: tf.mul(dAngle, k as Tensor), k: tf.sum(tf.mul(dAngle, x as Tensor)) };
        },
      });
    const expected = (v: number) => Math.cos(2 * v) * 2 - 3 * Math.sin(2 * v) * 2;

    test('two outputs of one node both pass their gradients on', () => {
      const [x, k] = [tf.tensor1d([0.3, -1]), tf.scalar(2)];
      const { grads } = differentiate(() => {
        const [sine, cosine] = sineAndCosine(x, k);
        return tf.add(tf.sum(sine), tf.mul(3, tf.sum(cosine)));
      }, [x, k]);
      expectClose(numbers(grads[0] as Tensor), [0.3, -1].map(expected), 1e-6);
      expectClose(numbers(grads[1] as Tensor), [[0.3, -1].reduce((sum, v) => sum + (expected(v) * v) / 2, 0)], 1e-6);
    });

    test('an output that is not used has the gradient zero', () => {
      const [x, k] = [tf.tensor1d([0.3]), tf.scalar(2)];
      const { grads } = differentiate(() => tf.sum(sineAndCosine(x, k)[1]), [x, k]);
      expectClose(numbers(grads[0] as Tensor), [-2 * Math.sin(0.6)], 1e-6);
    });

    test('outside a gradient it is the function and no more', () => {
      const [x, k] = [tf.tensor1d([0.3]), tf.scalar(2)];
      const [sine, cosine] = sineAndCosine(x, k);
      expectClose([...numbers(sine), ...numbers(cosine)], [Math.sin(0.6), Math.cos(0.6)], 1e-6);
      const call = () => {
        for (const output of sineAndCosine(x, k)) output.dispose();
      };
      expect(tensorsLeftBy(call)).toBe(0);
    });

    test('a gradient through it leaves no tensor behind', () => {
      const [x, k] = [tf.tensor1d([0.3, -1]), tf.scalar(2)];
      const call = () => {
        const { value, grads } = differentiate(() => {
          const [sine, cosine] = sineAndCosine(x, k);
          return tf.sum(tf.mul(sine, cosine));
        }, [x, k]);
        for (const tensor of [value, ...grads]) tensor?.dispose();
      };
      call();
      expect(tensorsLeftBy(call)).toBe(0);
    });
  });

  describe('product', () => {
    test('multiplies matrices', () => {
      expect(numbers(product(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])))).toEqual([11]);
    });

    test.each([
      [0, 3, 2],
      [2, 0, 3],
      [2, 3, 0],
      [0, 0, 0],
    ])('of [%i, %i] and [.., %i] is zeros of the right shape', (rows, inner, columns) => {
      // Leaves numbers in memory that is given back, to be found by whoever does not write.
      for (const held of Array.from({ length: 30 }, () => tf.fill([rows, columns], 7))) held.dispose();
      const result = product(tf.zeros([rows, inner]), tf.zeros([inner, columns]));
      expect(result.shape).toEqual([rows, columns]);
      expect(numbers(result).every((value) => value === 0)).toBe(true);
    });
  });

  test('tidied keeps what is in the result, in whatever it is nested', () => {
    const before = tf.memory().numTensors;
    const kept = tidied(() => ({ list: [tf.square(tf.ones([2]))], none: null, text: 'x', deep: { y: tf.ones([1]) } }));
    expect(tf.memory().numTensors - before).toBe(2);
    expect(numbers(kept.list[0] as Tensor)).toEqual([1, 1]);
  });

  test('a copied tensor has memory of its own and the gradient of the identity', () => {
    const x = tf.tensor1d([1, 2]);
    const copy = copyTensor(x);
    expect(copy.dataId).not.toBe(x.dataId);
    const { grads } = differentiate(() => tf.sum(tf.square(copyTensor(x))), [x]);
    expect(numbers(grads[0] as Tensor)).toEqual([2, 4]);
  });
});
