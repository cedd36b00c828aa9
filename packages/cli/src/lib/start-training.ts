import { type Flow, type FlowParams, flow, fold, type Seed, sizeOf } from '@diffeo/core';
import { toTensor } from '@diffeo/datasets';
import { gaussianBaseline } from '@diffeo/trainer';
import type { FlowKind, FlowOptions } from './flows.ts';
import { mostCovariances } from './most-covariances.ts';
import type { TrainingData } from './training-data.ts';

/** A flow ready to be trained, and what it has to beat. */
export interface Start {
  readonly model: Flow;
  readonly params: FlowParams;
  /** The held-out negative log-likelihood of a Gaussian after the same preprocessing, nats; of many dimensions, or too few rows for a covariance, none. */
  readonly gaussianNll: number | null;
}

/**
 * Builds the flow, starts its preprocessing from all training rows, and fits the Gaussian to what comes out of that: the
 * flow and its baseline see the same numbers. Throws `DATA` when columns are linearly dependent, before anything is trained.
 */
export async function startTraining(
  { train, heldOut, preprocessing }: TrainingData,
  kind: FlowKind,
  { seed, ...options }: FlowOptions & { readonly seed: Seed },
): Promise<Start> {
  const { layers, ...dequantize } = preprocessing;
  const { eventShape } = train;
  const front = flow({ eventShape, layers, ...dequantize });
  const model = flow({ eventShape, layers: [...layers, ...kind.layers(options)], ...dequantize });

  const rows = { train: toTensor(train), heldOut: toTensor(heldOut) };
  const started = front.start(front.init(fold(seed, 'init')), rows.train, { noise: fold(seed, 'start') });
  const gaussianNll =
    sizeOf(eventShape) > mostCovariances || train.count < sizeOf(eventShape) + 2
      ? null
      : (await gaussianBaseline(front, started, { ...rows, noise: fold(seed, 'baseline') })).nll;
  rows.train.dispose();
  rows.heldOut.dispose();

  const initial = model.init(fold(seed, 'init'));
  const ownLayers = initial.layers.slice(layers.length);
  const params = { ...initial, dequantize: started.dequantize, layers: [...started.layers, ...ownLayers] };
  return { model, params, gaussianNll };
}
