import { DiffeoError, type FlowParams, type Seed } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Tensors by name: `x`, `context` and `weights` where there are data, and what the loss drew. */
export type LossInputs = Readonly<Record<string, Tensor>>;

/** What a loss draws its inputs for. */
export interface LossDraw {
  /** The parameters as they are. Gradients do not go through what is drawn from them here. */
  readonly params: FlowParams;
  /** How many rows this is a mean over: this worker's share of the batch size. */
  readonly rows: number;
  /** Of this step and this worker. */
  readonly seed: Seed;
  /** The rows that the step is taken on: `x`, and `context` and `weights` where there are some. Empty without data. They are not the loss's to dispose of. */
  readonly inputs: LossInputs;
  /** Counts from 0 up to the number of steps: in validations it is that number, the end. */
  readonly step: number;
  readonly steps: number;
}

/** What a loss is taken under. */
export interface LossCall {
  /** Draws noise inside of the loss, such as dropout's. Whoever uses it runs without being replayed. */
  readonly seed: Seed;
  /** Whether a step is taken on it, and not a validation. */
  readonly training: boolean;
}

/** The mean loss over the rows of a batch, a scalar, differentiable in the parameters. */
export type LossFunction = (params: FlowParams, inputs: LossInputs, call: LossCall) => Tensor;

/**
 * A loss to minimise. `value` depends on its arguments alone, since its kernels are captured and replayed: numbers that change
 * from step to step, such as noise or the weight of a term, come from `draw` as tensors.
 */
export interface Loss {
  /** Awaited once, before the first step, with the parameters as they are then: checks what the loss asks of them. */
  prepare?(params: FlowParams): Promise<void>;
  /** Draws what the loss needs beside data, as new tensors, which are disposed for you. */
  draw?(draw: LossDraw): LossInputs;
  readonly value: LossFunction;
}

/** A loss as the loop takes its steps on it. */
export interface Objective {
  prepare?(params: FlowParams): Promise<void>;
  draw?(draw: LossDraw): LossInputs;
  /** `noise` is another seed of the step. */
  value(params: FlowParams, inputs: LossInputs, call: LossCall & { readonly noise: Seed }): Tensor;
  /** What in it is not finite, in words, and in which row of the batch; `null` where that is not known. */
  diagnose?(
    params: FlowParams,
    inputs: LossInputs,
    call: LossCall & { readonly noise: Seed },
  ): Promise<{ readonly part: string | null; readonly row: number | null }>;
}

/** Whether a value is a loss. */
export const isLoss = (value: unknown): value is Loss | LossFunction =>
  typeof value === 'function' ||
  (typeof value === 'object' && value !== null && typeof (value as Partial<Loss>).value === 'function');

/** A caller's loss, of which what it returns is looked at. */
export function objectiveOf(given: Loss | LossFunction): Objective {
  const loss: Loss = typeof given === 'function' ? { value: given } : given;
  return {
    ...(loss.prepare && { prepare: (params: FlowParams) => (loss.prepare as NonNullable<Loss['prepare']>)(params) }),
    ...(loss.draw && { draw: (draw: LossDraw) => (loss.draw as NonNullable<Loss['draw']>)(draw) }),
    value: (params, inputs, { seed, training }) => {
      const value = loss.value(params, inputs, { seed, training });
      if (value?.size === 1 && value.dtype === 'float32') return value;
      const got = value ? `${value.dtype} [${value.shape}]` : 'nothing';
      throw new DiffeoError('SHAPE', `minimise: a loss is one float32 number, the mean over the rows; got ${got}`);
    },
  };
}
