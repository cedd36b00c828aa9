import { copyParams, type FlowParams, leaves, mapParams } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { gradients } from '@diffeo/core/gradients';
import { mean, neg, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Points } from './points.ts';
import { drawPoints, enter, type Trial } from './trial.ts';

/** Rows in a batch; each step has its own, so that a flow cannot memorise them and grow without bound. */
const rows = 32;
/** Of a single layer; deep flows take shorter steps. */
const shallowRate = 0.01;
const [decay1, decay2] = [0.9, 0.99];

/** Two clusters, so that there is something to learn: ordinary points drawn together around 1.5 and −1.5. */
function clusters(trial: Trial, step: number): Points {
  const points = drawPoints(trial, trial.data, rows, `training.${step}`);
  if (trial.data.interval) return points;
  const width = points.values.length / rows;
  const values = points.values.map((value, i) => 0.4 * value + (Math.floor(i / width) % 2 ? 1.5 : -1.5));
  return { ...points, values };
}

/** A leaf in training: its numbers and Adam's two moments. */
interface Moving {
  readonly values: Float32Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

function move({ values, first, second }: Moving, slope: ArrayLike<number>, step: number, rate: number): void {
  for (let i = 0; i < values.length; i++) {
    const g = slope[i] as number;
    const m = decay1 * (first[i] as number) + (1 - decay1) * g;
    const v = decay2 * (second[i] as number) + (1 - decay2) * g * g;
    first[i] = m;
    second[i] = v;
    const length = Math.sqrt(v / (1 - decay2 ** step)) + 1e-8;
    values[i] = (values[i] as number) - (rate * m) / (1 - decay1 ** step) / length;
  }
}

/**
 * A few steps of maximum likelihood by Adam (Kingma & Ba 2015) on a few rows, with its state on the host: enough to
 * drive parameters to where training drives them. The caller owns the parameters.
 */
export function train(trial: Trial, steps: number): FlowParams {
  const { model } = trial;
  const moving = new Map<string, Moving>();
  for (const { path, leaf, tensor: from } of leaves(model.layout, trial.params)) {
    if (!from || !leaf.trainable) continue;
    const values = Float32Array.from(from.dataSync());
    moving.set(path, { values, first: new Float64Array(from.size), second: new Float64Array(from.size) });
  }
  const current = (): FlowParams =>
    mapParams(model.layout, trial.params, (from, path) => {
      const found = moving.get(path);
      return found && from ? tensor(found.values.slice(), from.shape, 'float32') : from;
    });
  for (let step = 1; step <= steps; step++) {
    const slopes = tidied(() => {
      const { point, context } = enter(trial, trial.data, clusters(trial, step));
      const loss = (params: FlowParams): Tensor =>
        neg(mean(model.logProb(params, point, { ...(context && { context }) })));
      return gradients(model.layout, current(), loss).gradients;
    });
    for (const { path, tensor: slope } of slopes) {
      move(moving.get(path) as Moving, slope.dataSync(), step, shallowRate / Math.sqrt(trial.depth));
      slope.dispose();
    }
  }
  return tidied(() => copyParams(model.layout, current()));
}
