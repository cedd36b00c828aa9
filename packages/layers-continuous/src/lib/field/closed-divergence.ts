import type { StackLayer } from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import { type ActivationName, denseStack, type StackOptions } from '@diffeo/ops';
import {
  add,
  eye,
  matMul,
  mul,
  ones,
  reshape,
  sum,
  type Tensor,
  type Tensor2D,
  transpose,
} from '@tensorflow/tfjs-core';
import { activated } from './activated.ts';
import type { Motion } from './field.ts';

/** A plain network as its weights, whose first `size` inputs are the point. */
export interface DenseField {
  readonly layers: readonly StackLayer[];
  readonly options: StackOptions & { readonly activation: ActivationName };
  /** The rows of the first weight that the point meets: `[size, units]`. */
  readonly entering: Tensor;
}

/** The most layers, the last among them, of which the divergence has a closed form: two hidden ones. */
export const maxClosedLayers = 3;

const linear = (x: Tensor, layer: StackLayer, options: StackOptions): Tensor => denseStack(x, [layer], options);

/** Σ_d A_di·B_id for each i, `[units, 1]`: the diagonal of B·A. */
const diagonal = (entering: Tensor, leaving: Tensor): Tensor =>
  reshape(sum(mul(transpose(entering), leaving), 1), [-1, 1]);

/**
 * Velocity and divergence of a network of two hidden layers in one go. With pre-activations a and b, its Jacobian is
 * W₁·diag(s′(a))·W₂·diag(s′(b))·W₃ in row vectors, whose trace is
 *
 *   Σ_ij s′(a_i)·M_ij·s′(b_j),  M = W₂ ∘ (W₃·W₁)ᵀ
 *
 * where M is the same for all points: one more product of a row with a matrix, whatever the dimension. Where the second hidden
 * layer adds its input, Σ_i s′(a_i)·(W₃·W₁)_ii comes to it.
 */
export function closedDivergence({ layers, options, entering }: DenseField): (input: Tensor) => Motion {
  const { activation } = options;
  const [first, second, third] = layers as readonly [StackLayer, StackLayer?, StackLayer?];
  if (!second) {
    const trace = sum(mul(entering, eye(entering.shape[0] as number)));
    return (input) => {
      const velocity = linear(input, first, options);
      return { velocity, divergence: mul(ones([input.shape[0] as number, 1]), trace) };
    };
  }
  if (!third) {
    const both = diagonal(entering, second.weight);
    return (input) => {
      const [h, slope] = activated(activation, linear(input, first, options));
      return { velocity: linear(h, second, options), divergence: product(slope, both) };
    };
  }
  const [units, next] = second.weight.shape as [number, number];
  const around = matMul(entering as Tensor2D, third.weight as Tensor2D, true, true);
  const middle = mul(second.weight, around);
  const adds = options.residual && units === next;
  // A product with ones is a sum whose gradient is a product too.
  const all = ones([next, 1]);
  const past = adds ? diagonal(entering, third.weight) : null;
  return (input) => {
    const [h, outer] = activated(activation, linear(input, first, options));
    const [inner, slope] = activated(activation, linear(h, second, options));
    const through = product(mul(product(outer, middle), slope), all);
    return {
      velocity: linear(adds ? add(h, inner) : inner, third, options),
      divergence: past ? add(through, product(outer, past)) : through,
    };
  };
}
