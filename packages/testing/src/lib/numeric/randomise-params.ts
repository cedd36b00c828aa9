import { fold, type LayoutTree, mapParams, normal, type Seed, sizeOf } from '@diffeo/core';
import { copyTensor, tidied } from '@diffeo/core/engine';
import { add, mul } from '@tensorflow/tfjs-core';

/**
 * A copy of the parameters with normal noise added to every trainable leaf, so that no last layer is zero and the map is
 * not the identity. `scale` (default 0.5) is the noise's standard deviation for vectors; for a matrix or a filter it is
 * divided by the root of the numbers that each output sums over (all axes but the last), as initialisers do. `null`
 * stays `null`. The caller owns the copy.
 */
export const randomiseParams = <P>(layout: LayoutTree, params: P, seed: Seed, scale = 0.5): P =>
  mapParams(layout, params, (tensor, path, { shape, trainable }) => {
    if (!tensor) return null;
    if (!trainable) return copyTensor(tensor);
    const summed = Math.max(1, sizeOf(shape.slice(0, -1)));
    return tidied(() => add(tensor, mul(normal(shape, fold(seed, path)), scale / Math.sqrt(summed))));
  });
