import { DiffeoError, type GradientMode } from '@diffeo/core';
import { didYouMean } from '@diffeo/core/arguments';
import type { ActivationName, BaseName, LossName } from '../options/flow-names.ts';
import type { FlowKind } from './flows.ts';
import type { SteppingRequest } from './training-parts.ts';

/** What describes one flow and its training. What is `undefined` has a default that goes with the data and the flow. */
export interface FlowRequest extends SteppingRequest {
  readonly flow: string | undefined;
  readonly layers: number | undefined;
  readonly hidden: readonly number[] | undefined;
  readonly activation: ActivationName | undefined;
  readonly residual: boolean | undefined;
  /** Of log-scales, or of the interval that splines bend. */
  readonly bound: number | undefined;
  readonly bins: number | undefined;
  readonly levels: number | undefined;
  readonly base: BaseName | undefined;
  /** What it is trained by. */
  readonly loss: LossName | undefined;
  readonly steps: number | undefined;
  readonly batchSize: number | undefined;
  readonly learningRate: number | undefined;
  readonly ema: number | undefined;
  readonly patience: number | undefined;
  /** Threads beside this one that share the work. */
  readonly workers: number | undefined;
  readonly gradient: GradientMode | undefined;
}

/** The option of each. */
const flowFlags: Readonly<Record<keyof FlowRequest, string>> = {
  flow: '--flow',
  layers: '--layers',
  hidden: '--hidden',
  activation: '--activation',
  residual: '--residual',
  bound: '--bound',
  bins: '--bins',
  levels: '--levels',
  base: '--base',
  loss: '--loss',
  steps: '--steps',
  batchSize: '--batch',
  learningRate: '--learning-rate',
  optimiser: '--optimiser',
  decay: '--decay',
  schedule: '--schedule',
  ema: '--ema',
  patience: '--patience',
  workers: '--workers',
  gradient: '--gradient',
};

/** The first option that describes one flow; `null` where none was given. */
export function describedBy(asked: FlowRequest): string | null {
  const names = Object.keys(flowFlags) as (keyof FlowRequest)[];
  const name = names.find((one) => asked[one] !== undefined);
  return name ? flowFlags[name] : null;
}

/**
 * Throws `USAGE` for what does not go together, whatever the data hold: options of one flow beside those of the density that is found for a table.
 */
export function requireTogether(
  asked: FlowRequest & { readonly effort?: unknown; readonly context?: unknown },
  described: string | null,
): void {
  if (described === null) return;
  if (asked.effort !== undefined) {
    throw new DiffeoError(
      'USAGE',
      `--effort is for the density that is found for a table, and ${described} asks for one flow: leave one of them out`,
    );
  }
  if (asked.context !== undefined) {
    throw new DiffeoError('USAGE', `--context is for tables of at least 20 rows, and ${described} asks for one flow`);
  }
}

/** Which flows take what is not every flow's. */
const takers: Readonly<Partial<Record<keyof FlowRequest, string>>> = {
  activation: 'flows whose networks can be chosen',
  residual: 'flows whose networks can be chosen',
  bound: 'flows of log-scales or splines',
  bins: 'flows of splines',
  levels: 'flows of images',
  loss: 'continuous flows',
};

/** What flow matching, of which a step solves nothing, does without. */
const ofLikelihood = ['workers', 'gradient'] as const;

/** @throws DiffeoError `USAGE` for an option that a kind of flow does not take. */
export function requireTaken(asked: FlowRequest, flow: string, { takes, activations }: FlowKind): void {
  for (const [name, whose] of Object.entries(takers) as [keyof FlowRequest, string][]) {
    if (asked[name] === undefined || takes.some((one) => one === name)) continue;
    throw new DiffeoError('USAGE', `${flowFlags[name]} is for ${whose}, and --flow ${flow} is none`);
  }
  const unused = asked.loss === 'flow-matching' ? ofLikelihood.find((name) => asked[name] !== undefined) : undefined;
  if (unused) throw new DiffeoError('USAGE', `${flowFlags[unused]} is for --loss likelihood: leave it out`);
  const { activation } = asked;
  if (activation === undefined || !activations || activations.includes(activation)) return;
  throw new DiffeoError(
    'USAGE',
    `--activation of --flow ${flow} is one of ${activations.join(', ')}; got ${activation}${didYouMean(activation, activations)}`,
  );
}
