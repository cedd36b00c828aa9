import type { Spec } from '@diffeo/core';
import type { FitOptions } from '@diffeo/trainer';
import type { LossName } from '../options/flow-names.ts';
import type { FlowRequest } from './flow-request.ts';
import type { FlowKind, FlowOptions } from './flows.ts';
import { matchingDefaults, type TrainDefaults } from './train-defaults.ts';
import { baseNamed, steppingOf } from './training-parts.ts';

/** A flow and its training, with every default filled in. */
interface FlowSettings {
  /** What its layers are made from. */
  readonly shape: FlowOptions;
  /** The base that was asked for. Absent: the one that goes with the data. */
  readonly base?: Spec<'base'>;
  /** What it is trained by. */
  readonly loss: LossName;
  /** How it is trained. */
  readonly fit: Pick<FitOptions, 'optimiser' | 'schedule' | 'ema' | 'gradient'> & {
    readonly steps: number;
    readonly batchSize: number;
    readonly learningRate: number;
    readonly patience: number;
  };
  /** What the run was asked for, for its record. */
  readonly record: Readonly<Record<string, string | number | undefined>>;
}

/** What was asked of a flow, all of which its kind takes, and what goes with the data and the kind where nothing was. */
export function flowSettings(asked: FlowRequest, flow: string, kind: FlowKind, data: TrainDefaults): FlowSettings {
  const { loss = 'likelihood' } = asked;
  const defaults = { ...data, ...kind.defaults, ...(loss === 'flow-matching' && matchingDefaults) };
  const { layers = defaults.layers, hidden = defaults.hidden, levels = defaults.levels } = asked;
  const { activation = defaults.activation, residual = defaults.residual } = asked;
  const { steps = defaults.steps, batchSize = defaults.batchSize, learningRate = defaults.learningRate } = asked;
  const { patience = defaults.patience, ema = defaults.ema, base, gradient, workers } = asked;
  const { bins = defaults.bins } = asked;
  const ofSplines = kind.takes.includes('bins');
  const { optimiser, decay, schedule } = asked;
  return {
    shape: {
      ...{ layers, hidden, activation, residual, levels, bins, outputScale: defaults.outputScale },
      biasScale: defaults.biasScale,
      bound: ofSplines ? defaults.bound : (asked.bound ?? defaults.bound),
      interval: ofSplines ? asked.bound : undefined,
    },
    ...(base && { base: baseNamed(base) }),
    loss,
    fit: {
      ...{ steps, batchSize, learningRate, patience },
      ...steppingOf({ optimiser, decay, schedule }),
      ...(ema !== undefined && ema > 0 && { ema }),
      ...(gradient && { gradient }),
    },
    record: {
      ...{ flow, steps, batchSize, learningRate, layers, hidden: hidden.join(','), levels, workers, gradient },
      ...{ optimiser, decay, schedule, loss: asked.loss, ema: asked.ema, patience: asked.patience },
    },
  };
}
