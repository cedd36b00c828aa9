import { differentiate } from '@diffeo/core/engine';
import { add, mul, sum, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import type { Field } from './field.ts';
import type { Probes } from './probes.ts';

/** Velocity and Σ eᵀJe of any network, by a gradient for each direction e: with gradients of these, second ones of the network. */
export const tapedDivergence =
  (velocityAt: (x: Tensor, t: number | Tensor) => Tensor, { directions, scale }: Probes): Field =>
  (x, t) => {
    const each = directions.map((direction) => {
      const [gradient] = differentiate(() => sum(mul(velocityAt(x, t), direction)), [x]).grads;
      return sum(mul(gradient ?? zerosLike(x), direction), 1, true);
    });
    return {
      velocity: velocityAt(x, t),
      divergence: mul(
        each.reduce((total, one) => add(total, one)),
        scale,
      ),
    };
  };
