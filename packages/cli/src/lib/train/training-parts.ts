import {
  contaminatedNormal,
  DiffeoError,
  diagonalNormal,
  normalMixture,
  type Spec,
  standardNormal,
  studentT,
} from '@diffeo/core';
import {
  adam,
  adamW,
  constant,
  cosine,
  exponential,
  linearWarmup,
  lion,
  type OptimiserSpec,
  oneCycle,
  plateau,
  type Schedule,
  sgd,
} from '@diffeo/trainer';
import type { BaseName, OptimiserName, ScheduleName } from '../options/flow-names.ts';

const bases: Readonly<Record<BaseName, () => Spec<'base'>>> = {
  'standard-normal': () => standardNormal(),
  'diagonal-normal': () => diagonalNormal(),
  'contaminated-normal': () => contaminatedNormal(),
  'student-t': () => studentT(),
  'normal-mixture': () => normalMixture({ components: 10 }),
};

type Optimiser = (options: { readonly decay?: number }) => OptimiserSpec;

const optimisers: Readonly<Record<OptimiserName, Optimiser>> = {
  adam: () => adam(),
  'adam-w': (options) => adamW(options),
  lion: (options) => lion(options),
  sgd: () => sgd({ momentum: 0.9 }),
};

/** Of these the weights decay. */
const decaying: ReadonlySet<OptimiserName> = new Set<OptimiserName>(['adam-w', 'lion']);

const schedules: Readonly<Record<ScheduleName, () => Schedule>> = {
  cosine: () => cosine(),
  constant: () => constant(),
  'one-cycle': () => oneCycle(),
  'linear-warmup': () => linearWarmup(),
  exponential: () => exponential(),
  plateau: () => plateau(),
};

/** The base of that name. */
export const baseNamed = (name: BaseName): Spec<'base'> => bases[name]();

/** What of a request says how steps are taken. */
export interface SteppingRequest {
  readonly optimiser: OptimiserName | undefined;
  readonly decay: number | undefined;
  readonly schedule: ScheduleName | undefined;
}

/** How steps are taken, as `fit` takes it; what was not asked for is absent. Throws `USAGE` for a decay where nothing decays. */
export function steppingOf({ optimiser, decay, schedule }: SteppingRequest): {
  readonly optimiser?: OptimiserSpec;
  readonly schedule?: Schedule;
} {
  if (decay !== undefined && !(optimiser && decaying.has(optimiser))) {
    throw new DiffeoError('USAGE', `--decay is for --optimiser ${[...decaying].join(' or ')}`);
  }
  return {
    ...(optimiser && { optimiser: optimisers[optimiser](decay === undefined ? {} : { decay }) }),
    ...(schedule && { schedule: schedules[schedule]() }),
  };
}
