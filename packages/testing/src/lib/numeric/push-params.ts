import { type LayoutTree, mapParams } from '@diffeo/core';
import { copyTensor } from '@diffeo/core/engine';
import { fill } from '@tensorflow/tfjs-core';

/**
 * A copy of the parameters with every entry of every trainable leaf set to `value`, as training gone astray may leave
 * them. `null` stays `null`. The caller owns the copy.
 */
export const pushParams = <P>(layout: LayoutTree, params: P, value: number): P =>
  mapParams(layout, params, (tensor, _, { shape, trainable }) => {
    if (!tensor) return null;
    return trainable ? fill([...shape], value, 'float32') : copyTensor(tensor);
  });
