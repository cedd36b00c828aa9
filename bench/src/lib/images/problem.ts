import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { disposeParams, type Flow, type FlowParams, leaves, mapParams, randomSource } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import { tensor, tensor4d } from '@tensorflow/tfjs-core';
import { bytesOf } from '../comparison/numbers.ts';
import { imageFlow } from './image-flow.ts';
import type { ImageSize } from './image-size.ts';

/** What every competitor is given: the same Glow with the same weights, and the same images. */
export interface ImageProblem extends ImageSize {
  /** Of the logit in front of the flow. */
  readonly alpha: number;
  /** Log-scales of couplings stay within ±bound. */
  readonly bound: number;
  /** The same for the diagonals of 1×1 convolutions. */
  readonly linearBound: number;
  readonly learningRate: number;
  /** Longer gradients are shortened to it. */
  readonly clipNorm: number;
  /** How many images are sampled at once. */
  readonly samples: number;
  /** How many images the data have. */
  readonly rows: number;
  /**
   * The file of weights, in the order of the leaves. At each level, for each step: shift and log-scale of the activation
   * normalisation, `[channels]`; permutation and signs, `[channels]`, and factors, `[channels, channels]`, of the 1×1
   * convolution; filter `[height, width, inputs, outputs]` and bias of each convolution of the coupling. Then one more
   * coupling, but at the last level.
   */
  readonly weights: string;
  /** The file of images, `[rows, side, side, 1]`, between 0 and 1. */
  readonly data: string;
}

/** How many images are sampled at once, whatever the batch. */
export const sampled = 64;

/** Bright discs on a dark ground, 256 levels, with noise between them. */
function discs(count: number, side: number): Float32Array {
  const source = randomSource(1);
  const images = new Float32Array(count * side * side);
  for (let i = 0; i < count; i++) {
    const [row, column] = [side * source.uniform(), side * source.uniform()];
    const radius = side * (0.1 + 0.3 * source.uniform());
    for (let pixel = 0; pixel < side * side; pixel++) {
      const distance = Math.hypot(Math.floor(pixel / side) - row, (pixel % side) - column);
      const level = Math.round(255 * Math.min(1, Math.max(0, radius + 0.5 - distance)));
      images[i * side * side + pixel] = (level + source.uniform()) / 256;
    }
  }
  return images;
}

/** Initial parameters with everything that starts at zero away from it, so that no part of the model goes unseen. */
function initialParams(model: Flow): FlowParams {
  const source = randomSource(2);
  return mapParams(model.layout, model.init(1), (values, path, { shape }) => {
    if (!values || !/\.(filter|bias)$/.test(path)) return values;
    const numbers = values.dataSync();
    if (numbers.some((number) => number !== 0)) return values;
    values.dispose();
    const scale = 0.1 / Math.sqrt(shape.slice(0, -1).reduce((size, length) => size * length, 1));
    return tensor(
      Float32Array.from(numbers, () => scale * source.normal()),
      [...shape],
    );
  });
}

/** Writes weights and images into a folder. */
export async function writeImageProblem(size: ImageSize, folder: string): Promise<ImageProblem> {
  const { side, batch } = size;
  const problem: ImageProblem = {
    ...size,
    ...{ alpha: 0.05, bound: 3, linearBound: 5, learningRate: 1e-6, clipNorm: 100 },
    samples: sampled,
    rows: 4 * batch,
    weights: join(folder, 'weights.f32'),
    data: join(folder, 'data.f32'),
  };
  const images = discs(problem.rows, side);
  writeFileSync(problem.data, bytesOf(images));

  await useWasm();
  const model = imageFlow(size);
  const initial = initialParams(model);
  const first = tensor4d(images.slice(0, batch * side * side), [batch, side, side, 1]);
  const params = await model.start(initial, first);
  const numbers = leaves(model.layout, params).flatMap(({ tensor: values }) =>
    values ? [bytesOf(Float32Array.from(values.dataSync()))] : [],
  );
  writeFileSync(problem.weights, Buffer.concat(numbers));
  disposeParams(model.layout, params);
  first.dispose();
  return problem;
}
