import { fold, type LayoutTree, leaves, mapParams, randomSource, type Seed, sizeOf } from '@diffeo/core';
import { gradients } from '@diffeo/core/gradients';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';

/** Goes from the parameters in random directions of length about 1, and says what the gradient expects of it. */
export function parameterWalk<P>(layout: LayoutTree, params: P) {
  const trainable = leaves(layout, params).filter(({ leaf }) => leaf.trainable);
  const length = Math.sqrt(trainable.reduce((count, { leaf }) => count + sizeOf(leaf.shape), 0));
  const origins = new Map(trainable.map(({ path, tensor: leaf }) => [path, leaf?.dataSync().slice() as Float32Array]));
  /** The numbers that float32 really steps to, so that its rounding is no part of the remainder. */
  const destination = (direction: Seed, step: number, path: string): Float32Array => {
    const random = randomSource(fold(direction, path));
    return (origins.get(path) as Float32Array).map((number) => number + (step * random.normal()) / length);
  };
  return {
    moved: (direction: Seed, step: number): P =>
      mapParams(layout, params, (before, path) =>
        before && origins.has(path) ? tensor(destination(direction, step, path), before.shape, 'float32') : before,
      ),
    /** The directional derivative of a loss, times the step. */
    slopeOf: (loss: (params: P) => Tensor) => {
      const { value, gradients: found } = gradients(layout, params, loss);
      value.dispose();
      const slopes = found.map(({ path, tensor: gradient }) => [path, gradient.dataSync().slice()] as const);
      for (const gradient of found) gradient.tensor.dispose();
      return (direction: Seed, step: number): number => {
        let linear = 0;
        for (const [path, slope] of slopes) {
          const origin = origins.get(path) as Float32Array;
          for (const [i, to] of destination(direction, step, path).entries()) {
            linear += (slope[i] as number) * (to - (origin[i] as number));
          }
        }
        return linear;
      };
    },
  };
}
