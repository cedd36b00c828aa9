import { studentT } from '@diffeo/core';
import { splineMAF } from '@diffeo/layers-autoregressive';
import { neuralSpline, realNVP } from '@diffeo/layers-coupling';
import { type FlowRecipe, flowMember } from './members/flow-member.ts';
import { gaussianMember } from './members/gaussian-member.ts';
import { kernelMember } from './members/kernel-member.ts';
import type { MemberKind } from './members/member-kind.ts';
import { mixtureMember } from './members/mixture-member.ts';

/** How much work a table is worth: seconds, about a minute, or several. */
export type Effort = 'fast' | 'standard' | 'best';

/** What is fitted to a table, and why. */
export interface Recipe {
  readonly folds: number;
  readonly kinds: readonly MemberKind[];
  /** In words, a line each. */
  readonly reasons: readonly string[];
}

/** Fewer rows than this are a small table. */
const smallTable = 2500;

const places = {
  columns: 'behind normal columns',
  copula: 'behind normal columns, whitened',
} as const;

/** For few rows: smooth networks, small steps, noise, and validations that come early. */
const quiet = (steps: number): Pick<FlowRecipe, 'base' | 'noise' | 'fit'> => ({
  base: studentT({ degreesOfFreedom: 10 }),
  noise: 0.1,
  fit: { steps, batchSize: 256, learningRate: 1e-3, ema: 0.99, patience: 30, validateEvery: 10 },
});

const smallCouplings = (steps: number): FlowRecipe => ({
  name: `affine couplings ${places.copula}`,
  front: 'copula',
  layers: (seed) => realNVP({ layers: 8, hidden: [32], activation: 'tanh', bound: 1, outputScale: 0, seed }),
  ...quiet(steps),
});

const smallSplines = (front: 'columns' | 'copula', steps: number): FlowRecipe => {
  const { fit, ...rest } = quiet(steps);
  return {
    name: `autoregressive splines ${places[front]}`,
    front,
    layers: (seed) =>
      splineMAF({
        ...{ layers: 2, hidden: [32], activation: 'tanh', bins: 8, bound: 4 },
        ...{ outputScale: 0, sequence: 'random', seed },
      }),
    ...rest,
    fit: { ...fit, learningRate: 2e-3 },
  };
};

/** For many rows: splines, each number given those before it, in sequences that are drawn. */
const largeFlow = (front: 'columns' | 'copula', draw: number, steps: number): FlowRecipe => ({
  name: `autoregressive splines ${places[front]}${draw > 1 ? `, draw ${draw}` : ''}`,
  front,
  layers: (seed) => splineMAF({ layers: 3, hidden: [64, 64], bound: 4, outputScale: 0, sequence: 'random', seed }),
  base: studentT({ degreesOfFreedom: 10 }),
  noise: 0,
  fit: { steps, batchSize: 256, learningRate: 3e-3, ema: 0.995, patience: 15 },
});

/** For two or three columns, of which couplings with many bins say most. */
const splineFlow = (steps: number): FlowRecipe => ({
  name: `spline couplings ${places.columns}`,
  front: 'columns',
  layers: (seed) => neuralSpline({ layers: 6, hidden: [64, 64], bins: 16, bound: 4, outputScale: 0, seed }),
  base: studentT({ degreesOfFreedom: 10 }),
  noise: 0,
  fit: { steps, batchSize: 256, learningRate: 2e-3, ema: 0.995, patience: 15 },
});

/** The flows of a table of many rows. */
const largeFlows = (size: number, more: number): readonly FlowRecipe[] => [
  largeFlow('columns', 1, 4000 * more),
  size <= 3 ? splineFlow(4000 * more) : largeFlow('columns', 2, 4000 * more),
  largeFlow('copula', 1, 4000 * more),
];

/** What suits a table of so many rows and columns. */
export function recipeFor({ count, size }: { readonly count: number; readonly size: number }, effort: Effort): Recipe {
  const small = count < smallTable;
  const fast = effort === 'fast';
  const closed = [
    gaussianMember('whitened'),
    gaussianMember('copula'),
    mixtureMember('whitened', { fast }),
    mixtureMember('copula', { fast }),
    ...(small
      ? [kernelMember('standardised'), kernelMember('whitened'), kernelMember('columns'), kernelMember('copula')]
      : []),
  ];
  const folds = small ? Math.min(5, Math.floor(count / 8)) : 1;
  const base = [
    `${count.toLocaleString('en')} rows of ${size} columns: ${small ? `few, so ${folds} folds, each with members of its own` : 'many, so one split, a fifth left out'}`,
    'candidates in closed form: a Gaussian, each column made normal, and mixtures of Gaussians before and after that, and kernels',
  ];
  if (size === 1) return { folds, kinds: closed, reasons: [...base, 'no flows: one column has nothing to depend on'] };
  if (fast) return { folds, kinds: closed, reasons: [...base, 'no flows are trained: fast'] };
  const more = effort === 'best' ? 3 : 1;
  const flows = small
    ? [smallCouplings(1000 * more), smallSplines('columns', 1000 * more), smallSplines('copula', 1000 * more)]
    : largeFlows(size, more);
  return {
    folds,
    kinds: [...closed, ...flows.map(flowMember)],
    reasons: [
      ...base,
      small
        ? 'flows: affine couplings and autoregressive splines with 32 tanh units, noise of 0.1 in training: few rows are soon learned by heart'
        : 'flows: autoregressive splines with 64 × 64 units, from several starts',
    ],
  };
}
