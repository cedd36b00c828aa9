import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomSource } from '@diffeo/core';
import { bytesOf } from '../comparison/numbers.ts';
import { denseShapes, type ModelSize } from './model-size.ts';

/**
 * What every competitor is given: the same model with the same weights, and the same data. The files are float32 numbers
 * and nothing else, so that any language reads them in a line.
 */
export interface Problem extends ModelSize {
  /** Log-scales stay within ±bound; splines bend what lies within. */
  readonly bound: number;
  /** Adam's, the same at every step. */
  readonly learningRate: number;
  /** How many rows the data have. */
  readonly rows: number;
  /** The file of weights: for each coupling, for each dense layer, the weight `[inputs, outputs]` and then the bias. */
  readonly weights: string;
  /** The file of data, `[rows, dimensions]`. */
  readonly data: string;
}

/** Writes weights and data into a folder. All weights are away from zero, so that no part of the model goes unseen. */
export function writeProblem(size: ModelSize, folder: string): Problem {
  const source = randomSource(1);
  const normals = (count: number, scale: number): Float32Array =>
    Float32Array.from({ length: count }, () => scale * source.normal());
  const shapes = denseShapes(size);
  const dense = Array.from({ length: size.layers }, () =>
    shapes.flatMap(([inputs, outputs], i) => {
      const gain = i === shapes.length - 1 ? 0.1 : Math.SQRT2;
      return [normals(inputs * outputs, gain / Math.sqrt(inputs)), normals(outputs, 0.1)];
    }),
  );
  const problem: Problem = {
    ...size,
    bound: size.bins ? 4 : 3,
    learningRate: 1e-3,
    rows: 4 * size.batch,
    weights: join(folder, 'weights.f32'),
    data: join(folder, 'data.f32'),
  };
  writeFileSync(problem.weights, Buffer.concat(dense.flat().map(bytesOf)));
  writeFileSync(problem.data, bytesOf(normals(problem.rows * size.dimensions, 1)));
  return problem;
}
