import type { StackLayer } from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import { denseStack } from '@diffeo/ops';
import { add, mul, sum, type Tensor } from '@tensorflow/tfjs-core';
import { activated } from './activated.ts';
import type { DenseField } from './closed-divergence.ts';
import type { Motion } from './field.ts';
import type { Probes } from './probes.ts';

/** Velocity and Σ eᵀJe of a network of any depth, by tangents that go through it with the points. */
export function tangentDivergence(
  { layers, options, entering }: DenseField,
  probes: Probes,
): (input: Tensor) => Motion {
  const { directions, scale } = probes;
  const last = layers.length - 1;
  const begun = directions.map((direction) => product(direction, entering));
  return (input) => {
    let h = input;
    let tangents = begun;
    for (const [i, layer] of layers.entries()) {
      const moved: readonly Tensor[] = i === 0 ? tangents : tangents.map((tangent) => product(tangent, layer.weight));
      const z = denseStack(h, [layer], options);
      if (i === last) {
        h = z;
        tangents = [...moved];
        continue;
      }
      const [value, slope] = activated(options.activation, z);
      const adds = i > 0 && options.residual && isSquare(layer);
      tangents = moved.map((tangent, k) => {
        const through = mul(tangent, slope);
        return adds ? add(tangents[k] as Tensor, through) : through;
      });
      h = adds ? add(h, value) : value;
    }
    const each = directions.map((direction, k) => sum(mul(tangents[k] as Tensor, direction), 1, true));
    return {
      velocity: h,
      divergence: mul(
        each.reduce((total, one) => add(total, one)),
        scale,
      ),
    };
  };
}

/** Whether a layer gives as many numbers as it takes. */
const isSquare = ({ weight }: StackLayer): boolean => weight.shape[0] === weight.shape[1];
