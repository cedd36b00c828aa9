import { type Flow, type FlowParams, flow, fold, type Seed, type Spec, sizeOf } from '@diffeo/core';
import { columnNames, toTensor } from '@diffeo/datasets';
import { type Baseline, gaussianBaseline } from '@diffeo/trainer';
import type { Tensor } from '@tensorflow/tfjs-core';
import { joinedRows } from '../data/joined-rows.ts';
import type { TrainingData } from '../data/training-data.ts';
import type { FlowKind, FlowOptions } from './flows.ts';
import { maxCovariances } from './max-covariances.ts';

/** A flow ready to be trained, and what it has to beat. */
export interface Start {
  readonly model: Flow;
  readonly params: FlowParams;
  /** The same, started from the validation rows too: what to hand over where training comes to nothing. */
  readonly untrained: FlowParams;
  /** What a Gaussian fitted to the training rows says of those held out; of many dimensions, or too few rows for a covariance, none. */
  readonly gaussian: Baseline | null;
}

/** The Gaussian, after preprocessing that it does not depend on but for rounding. Throws `DATA` where columns are linearly dependent. */
export async function fitBaseline(
  { train, heldOut, preprocessing, columns }: TrainingData,
  seed: Seed,
): Promise<Baseline | null> {
  const { eventShape } = train;
  if (sizeOf(eventShape) > maxCovariances || train.count < sizeOf(eventShape) + 2) return null;
  const { layers, baseline = layers, dequantize } = preprocessing;
  const front = flow({ eventShape, layers: baseline, ...(dequantize && { dequantize }) });
  const rows = { train: toTensor(train), heldOut: toTensor(heldOut) };
  try {
    const started = await front.start(front.init(fold(seed, 'init')), rows.train, { noise: fold(seed, 'start') });
    return await gaussianBaseline(front, started, {
      ...rows,
      noise: fold(seed, 'baseline'),
      ...(columns && { columns: columnNames(columns) }),
    });
  } finally {
    rows.train.dispose();
    rows.heldOut.dispose();
  }
}

/**
 * Builds the flow, starts its preprocessing from the training rows, and fits the Gaussian to them.
 * Throws `DATA` when columns are linearly dependent, before anything is trained.
 */
export async function startTraining(
  data: TrainingData,
  kind: FlowKind,
  { seed, base: asked, ...options }: FlowOptions & { readonly seed: Seed; readonly base?: Spec<'base'> },
): Promise<Start> {
  const gaussian = await fitBaseline(data, seed);
  const { train, validation, preprocessing } = data;
  const { layers, dequantize } = preprocessing;
  const baseFor: typeof preprocessing.base = asked ? () => ({ base: asked }) : preprocessing.base;
  const { eventShape } = train;
  const dequantizes = dequantize && { dequantize };
  const front = flow({ eventShape, layers, ...dequantizes });
  const startFrom = (x: Tensor) => front.start(front.init(fold(seed, 'init')), x, { noise: fold(seed, 'start') });
  const x = toTensor(train);
  const started = await startFrom(x);
  const numbers = baseFor && front.toBase(started, x).value;
  const base = numbers && baseFor(numbers.dataSync(), sizeOf(eventShape));
  numbers?.dispose();
  x.dispose();

  const model = flow({
    eventShape,
    layers: [...layers, ...kind.layers(options)],
    ...dequantizes,
    ...(base && { base: base.base }),
  });
  const initial = model.init(fold(seed, 'init'));
  const own = { layers: initial.layers.slice(layers.length), base: base?.params ?? initial.base };
  const withFront = ({ dequantize, layers }: FlowParams): FlowParams => ({
    ...{ dequantize, base: own.base },
    layers: [...layers, ...own.layers],
  });
  const params = withFront(started);
  if (!data.all) return { model, params, untrained: params, gaussian };
  const rows = toTensor(joinedRows(train, validation));
  const untrained = withFront(await startFrom(rows));
  rows.dispose();
  return { model, params, untrained, gaussian };
}
