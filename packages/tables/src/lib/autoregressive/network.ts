import { fold, type Layout, leaf, normal, type Seed, type StackLayer } from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import { type Degrees, earlierMask, hiddenMask } from '@diffeo/networks';
import { denseStack } from '@diffeo/ops';
import { add, mul, slice, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import type { RowLayout } from './row-layout.ts';

/** The parameters of a masked network with a direct way. */
export interface NetworkParams {
  readonly layers: readonly StackLayer[];
  /** `[features, outputs]`: what is linear in the features. */
  readonly direct: Tensor;
}

/** Where logistic components stand, and how wide they are, so that together they are about the standard logistic. */
const [reach, width] = [2.6, 0.8];

/** Degrees of hidden units: all that matter, in equal shares. A unit of the last place would be seen by none. */
function unitDegrees(units: number, { featurePlaces, outputPlaces }: RowLayout): Degrees {
  const first = outputPlaces.reduce((least, place) => Math.min(least, place), Number.POSITIVE_INFINITY);
  const last = outputPlaces.reduce((most, place) => Math.max(most, place), 0);
  const places = [...new Set(featurePlaces)].sort((a, b) => a - b).filter((place) => place < last);
  // Of what is given before anything is said, the last sees all.
  const useful = places.filter((place, i) => place >= first || (places[i + 1] ?? Number.POSITIVE_INFINITY) >= first);
  const own = useful.length > 0 ? useful : [-1];
  return Int32Array.from({ length: units }, (_, unit) => own[Math.floor((unit * own.length) / units)] as number);
}

/**
 * A masked network (MADE, Germain et al. 2015) of the features of a row, with tanh units and a direct way beside them: outputs of a place in the sequence depend on features of earlier places alone.
 * At first they are constants: 0 for states, about a standard logistic for the logits of scores.
 */
export function buildNetwork(layout: RowLayout, hidden: readonly number[]) {
  const { features, outputPlaces, logits, numbers, components } = layout;
  const outputs = outputPlaces.length;
  const sizes = [features, ...hidden, outputs];
  const shapes = sizes.slice(1).map((to, i) => [sizes[i] as number, to] as const);
  let masks: readonly Float32Array[] | null = null;
  const madeMasks = (): readonly Float32Array[] => {
    if (masks) return masks;
    const made: Float32Array[] = [];
    let from: Degrees = layout.featurePlaces;
    for (const units of hidden) {
      const to = unitDegrees(units, layout);
      made.push(hiddenMask(from, to));
      from = to;
    }
    masks = [...made, earlierMask(from, outputPlaces), earlierMask(layout.featurePlaces, outputPlaces)];
    return masks;
  };
  const masked = (weight: Tensor, i: number): Tensor =>
    mul(weight, tensor2d(madeMasks()[i] as Float32Array, weight.shape as [number, number]));
  const params: Layout<NetworkParams> = {
    layers: shapes.map(([from, to]) => ({ weight: leaf([from, to]), bias: leaf([to]) })),
    direct: leaf([features, outputs]),
  };

  /** The last bias: what is said of a row of which nothing is known. */
  function firstBias(): Float32Array {
    const bias = new Float32Array(outputs);
    const many = numbers.length;
    for (let k = 0; k < components; k++) {
      const middle = components > 1 ? reach * ((2 * k) / (components - 1) - 1) : 0;
      for (let i = 0; i < many; i++) {
        bias[logits + k * many + i] = -0.15 * middle * middle;
        bias[logits + (components + k) * many + i] = middle;
        bias[logits + (2 * components + k) * many + i] = Math.log(width / (1 - width));
      }
    }
    return bias;
  }

  return {
    layout: params,
    init: (seed: Seed): NetworkParams => ({
      layers: shapes.map(([from, to], i) => {
        const isLast = i === shapes.length - 1;
        const weight = isLast ? zeros([from, to]) : mul(normal([from, to], fold(seed, i)), 1 / Math.sqrt(from));
        return { weight, bias: isLast ? tensor1d(firstBias()) : zeros([to]) };
      }),
      direct: zeros([features, outputs]),
    }),
    /** `[rows, outputs]` of encoded rows. */
    apply: ({ layers, direct }: NetworkParams, encoded: Tensor): Tensor => {
      const x = slice(encoded, [0, 0], [encoded.shape[0] as number, features]);
      const own = layers.map(({ weight, bias }, i) => ({ weight: masked(weight, i), bias }));
      const bent = denseStack(x, own, { activation: 'tanh', residual: false });
      return add(bent, product(x, masked(direct, layers.length)));
    },
  };
}
