import { type Call, type FlowParams, fold, leaves, normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { addN, mul, sum, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import type { Points } from './points.ts';
import type { RowMap } from './subject.ts';
import { type Entered, enter, type Trial } from './trial.ts';

/** What to do otherwise than usual. */
export interface EvaluateOptions {
  /** Default: the trial's. */
  readonly params?: FlowParams;
  /** Added to the call. */
  readonly call?: Omit<Call, 'context'>;
}

/** The call that goes with a batch. */
export const callWith = ({ context }: Entered, call: Omit<Call, 'context'> = {}): Call => ({
  ...(context && { context }),
  ...call,
});

/** Runs a map on a batch and reads its outputs. Leaves no tensor behind. */
export function evaluate(
  trial: Trial,
  map: RowMap,
  points: Points,
  { params = trial.params, call }: EvaluateOptions = {},
): readonly Float32Array[] {
  const outputs = tidied(() => {
    const entered = enter(trial, map, points);
    return [...map.run(params, entered.point, callWith(entered, call))];
  });
  const values = outputs.map((output) => Float32Array.from(output.dataSync()));
  for (const output of outputs) output.dispose();
  return values;
}

/** Gradients on the host. */
export interface HostGradients {
  readonly point: Float32Array;
  /** `null` where there is no context. */
  readonly context: Float32Array | null;
  /** By path, for every trainable leaf; zeros where the map does not use it. */
  readonly params: ReadonlyMap<string, Float32Array>;
}

/** A sum of all outputs with random weights, so that no part of a gradient cancels by symmetry. */
const weighted = (outputs: readonly Tensor[], seed: number): Tensor =>
  addN(outputs.map((output, i) => sum(mul(output, normal(output.shape, fold(seed, i))))));

/**
 * The gradients of a random weighted sum of a map's outputs with respect to the input, the context and the parameters.
 * Leaves no tensor behind.
 */
export function hostGradients(
  trial: Trial,
  map: RowMap,
  points: Points,
  { params = trial.params, call }: EvaluateOptions = {},
): HostGradients {
  registerGradients();
  const trainable = leaves(trial.model.layout, params).flatMap(({ leaf, tensor, path }) =>
    leaf.trainable && tensor ? [{ path, tensor }] : [],
  );
  const found = tidied(() => {
    const entered = enter(trial, map, points);
    const inputs = [
      entered.point,
      ...trainable.map(({ tensor }) => tensor),
      ...(entered.context ? [entered.context] : []),
    ];
    const total = () =>
      weighted(map.run(params, entered.point, callWith(entered, call)), fold(trial.place.seed, 'weights'));
    return differentiate(total, inputs).grads.map((gradient, i) => gradient ?? zerosLike(inputs[i] as Tensor));
  });
  const [point, ...rest] = found.map((gradient) => Float32Array.from(gradient.dataSync()));
  for (const gradient of found) gradient.dispose();
  return {
    point: point as Float32Array,
    context: points.context ? (rest.at(-1) as Float32Array) : null,
    params: new Map(trainable.map(({ path }, i) => [path, rest[i] as Float32Array])),
  };
}
