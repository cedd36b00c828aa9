import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { reshape, slice, sum, type Tensor, zerosLike } from '@tensorflow/tfjs-core';

/**
 * The Jacobian of `f` at one point by automatic differentiation, one gradient for each row: entry `[i, j]`, at
 * `i · x.size + j`, is ∂f(x)ᵢ / ∂xⱼ over the flattened output and input. `f` is run once for its shape and once for each
 * number that it returns.
 *
 * For a layer, whose maps take batches:
 * `jacobian((event) => reshape(bijector.inverse(params, reshape(event, [1, n]), {}).value, [n]), x)`.
 */
export function jacobian(f: (x: Tensor) => Tensor, x: Tensor): Float64Array {
  registerGradients();
  const rows = tidied(() => f(x).size);
  const columns = x.size;
  const matrix = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const gradient = tidied(() => {
      const entry = () => sum(slice(reshape(f(x), [rows]), [row], [1]));
      return differentiate(entry, [x]).grads[0] ?? zerosLike(x);
    });
    matrix.set(gradient.dataSync(), row * columns);
    gradient.dispose();
  }
  return matrix;
}
