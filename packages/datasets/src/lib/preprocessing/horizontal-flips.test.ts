import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { memory, range, ready, reshape, setBackend, type Tensor, tensor2d, tidy, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { horizontalFlips } from './horizontal-flips.ts';

const numbers = (tensor: Tensor): number[] => [...tensor.dataSync()];
const flip = horizontalFlips();

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    await ready();
  });

  test('each row is the image or its mirror image, about as many of the one as of the other', () => {
    const [rows, size] = [2000, 2 * 3 * 2];
    const x = reshape(range(0, rows * size), [rows, 2, 3, 2]);
    const flipped = numbers(flip({ x }, 1).x);
    // Column c of three moves to 2 − c, and two channels stand at each.
    const mirrored = (at: number): number => at + 2 * (2 - 2 * (Math.floor(at / 2) % 3));
    let count = 0;
    for (let row = 0; row < rows; row++) {
      const own = flipped.slice(row * size, (row + 1) * size).map((number) => number - row * size);
      const same = own.every((number, at) => number === at);
      if (!same) expect(own).toEqual(own.map((_, at) => mirrored(at)));
      count += same ? 0 : 1;
    }
    // Six standard deviations of a fair coin.
    expect(Math.abs(count - rows / 2)).toBeLessThan(6 * Math.sqrt(rows / 4));
  });

  test('the same seed mirrors the same rows, and another seed others', () => {
    const x = reshape(range(0, 200), [50, 1, 4, 1]);
    expect(numbers(flip({ x }, 3).x)).toEqual(numbers(flip({ x }, 3).x));
    expect(numbers(flip({ x }, 3).x)).not.toEqual(numbers(flip({ x }, 4).x));
  });

  test('the rest of a batch passes, an empty one too, and nothing is left behind', () => {
    const batch = { x: reshape(range(0, 8), [2, 1, 4, 1]), context: tensor2d([1, 2], [2, 1]) };
    const before = memory().numTensors;
    tidy(() => {
      expect(flip(batch, 1).context).toBe(batch.context);
      expect(flip({ x: zeros([0, 2, 2, 1]) }, 1).x.shape).toEqual([0, 2, 2, 1]);
    });
    expect(memory().numTensors).toBe(before);
  });

  test('what is not an image is refused', () => {
    expect(() => flip({ x: zeros([5, 64]) }, 1)).toThrow(
      /takes images \[batch, height, width, channels\] and got \[5, 64\]/,
    );
  });
});
