import { DiffeoError, type Seed, uniform } from '@diffeo/core';
import { broadcastTo, less, reverse, type Tensor, where } from '@tensorflow/tfjs-core';

/**
 * Mirrors each image of a batch, left for right, with probability ½: for training on pictures of which the mirror image is
 * as likely (of clothes, not of digits). The same seed mirrors the same rows. `x` is `[batch, height, width, channels]`;
 * what else the batch holds stays as it is, so a context must not be an image.
 *
 * This belongs to training and not to the flow, and is what `fit` takes as `augment`: a score is that of the image as it is.
 */
export const horizontalFlips =
  () =>
  <Batch extends { readonly x: Tensor }>(batch: Batch, seed: Seed): Batch => {
    const { x } = batch;
    if (x.rank !== 4) {
      throw new DiffeoError(
        'SHAPE',
        `horizontalFlips takes images [batch, height, width, channels] and got [${x.shape.join(', ')}]`,
      );
    }
    const [rows, ...sides] = x.shape as [number, number, number, number];
    // One number for each row, however large the image is; the condition of 'where' has the shape of what it chooses from.
    const chosen = less(broadcastTo(uniform([rows, 1, 1, 1], seed), [rows, ...sides]), 0.5);
    return { ...batch, x: where(chosen, reverse(x, 2), x) };
  };
