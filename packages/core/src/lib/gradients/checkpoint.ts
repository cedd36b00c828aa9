import { mul, sum, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { copyTensor, differentiate, runDifferentiable, tidied } from './engine.ts';

/**
 * `f(...given)` as one node of the tape that keeps what is given alone and runs `f` again for its gradient (Chen et al.
 * 2016, "Training deep nets with sublinear memory cost"). The gradient of that gradient does not exist.
 *
 * @param sources the tensors besides that `f` reads and a gradient is wanted of; they outlive the gradient
 */
export function checkpoint(
  f: (...given: readonly Tensor[]) => Tensor,
  given: readonly Tensor[],
  sources: readonly Tensor[],
): Tensor {
  const others = [...new Set(sources)];
  const [value] = runDifferentiable<Record<string, Tensor>, readonly [Tensor]>({
    inputs: Object.fromEntries([...given, ...others].entries()),
    forward: (_, save) => {
      const value = tidied(() => copyTensor(f(...given)));
      save(given);
      return [value];
    },
    backward: ([dy], kept) => {
      const from = [...kept, ...others];
      const { grads } = differentiate(() => sum(mul(f(...kept), dy)), from);
      return Object.fromEntries(from.map((tensor, i) => [i, grads[i] ?? zerosLike(tensor)]));
    },
  });
  return value;
}
