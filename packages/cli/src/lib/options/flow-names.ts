/** What the options of a flow take, for those who only need the names: what is behind them takes long to load. */
export const flowNames = [
  'realnvp',
  'neural-spline',
  'nice',
  'maf',
  'spline-maf',
  'iaf',
  'continuous',
  'glow',
] as const;

export const activationNames = ['relu', 'tanh', 'elu', 'sigmoid'] as const;

export const baseNames = [
  'standard-normal',
  'diagonal-normal',
  'contaminated-normal',
  'student-t',
  'normal-mixture',
] as const;

export const optimiserNames = ['adam', 'adam-w', 'lion', 'sgd'] as const;

/** What a flow is trained by. */
export const lossNames = ['likelihood', 'flow-matching'] as const;

export const scheduleNames = ['cosine', 'constant', 'one-cycle', 'linear-warmup', 'exponential', 'plateau'] as const;

export type ActivationName = (typeof activationNames)[number];
export type BaseName = (typeof baseNames)[number];
export type LossName = (typeof lossNames)[number];
export type OptimiserName = (typeof optimiserNames)[number];
export type ScheduleName = (typeof scheduleNames)[number];
