import { studentT } from '@diffeo/core';
import { neuralSpline, realNVP } from '@diffeo/layers-coupling';
import type { FrontKind } from './flows/front.ts';
import { type FlowRecipe, flowMember } from './members/flow-member.ts';
import { gaussianMember } from './members/gaussian-member.ts';
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

const places: Readonly<Record<FrontKind, string>> = { copula: 'behind normal columns', whitened: 'behind whitening' };

/** For few rows: smooth networks with quiet tails, small steps, noise. */
const smallFlow = (front: FrontKind, steps: number): FlowRecipe => ({
  name: `affine couplings ${places[front]}`,
  front,
  layers: (seed) => realNVP({ layers: 8, hidden: [32], activation: 'tanh', bound: 1, outputScale: 0, seed }),
  base: studentT({ degreesOfFreedom: 10 }),
  noise: 0.1,
  fit: { steps, batchSize: 256, learningRate: 1e-3, ema: 0.99, patience: 30, validateEvery: 10 },
});

/** For many rows: larger networks, of which each step is cheap. */
const largeFlow = (steps: number): FlowRecipe => ({
  name: `affine couplings ${places.copula}`,
  front: 'copula',
  layers: (seed) => realNVP({ layers: 8, hidden: [64, 64], activation: 'relu', bound: 1, outputScale: 0, seed }),
  base: studentT({ degreesOfFreedom: 10 }),
  noise: 0,
  fit: { steps, batchSize: 256, learningRate: 3e-3, ema: 0.995, patience: 15 },
});

const splineFlow = (size: number, steps: number): FlowRecipe => ({
  name: `spline couplings ${places.copula}`,
  front: 'copula',
  layers: (seed) =>
    neuralSpline({ layers: 6, hidden: [64, 64], bins: size <= 3 ? 16 : 8, bound: 4, outputScale: 0, seed }),
  base: studentT({ degreesOfFreedom: 10 }),
  noise: 0,
  fit: { steps, batchSize: 256, learningRate: 2e-3, ema: 0.995, patience: 15 },
});

/** What suits a table of so many rows and columns. */
export function recipeFor({ count, size }: { readonly count: number; readonly size: number }, effort: Effort): Recipe {
  const small = count < smallTable;
  const closed = [
    gaussianMember('whitened'),
    gaussianMember('copula'),
    mixtureMember('whitened'),
    mixtureMember('copula'),
  ];
  const folds = small ? Math.min(5, Math.floor(count / 8)) : 1;
  const base = [
    `${count.toLocaleString('en')} rows of ${size} columns: ${small ? `few, so ${folds} folds, each with members of its own` : 'many, so one split, a fifth left out'}`,
    'candidates in closed form: a Gaussian, each column made normal, and mixtures of Gaussians before and after that',
  ];
  if (size === 1) return { folds, kinds: closed, reasons: [...base, 'no flows: one column has nothing to depend on'] };
  if (effort === 'fast') return { folds, kinds: closed, reasons: [...base, 'no flows are trained: fast'] };
  const more = effort === 'best' ? 3 : 1;
  const flows = small
    ? [smallFlow('copula', 1000 * more), smallFlow('whitened', 1000 * more)]
    : [largeFlow(2500 * more), splineFlow(size, 2000 * more)];
  return {
    folds,
    kinds: [...closed, ...flows.map(flowMember)],
    reasons: [
      ...base,
      small
        ? 'flows: eight affine couplings with 32 tanh units, noise of 0.1 in training, from two starts: few rows are soon learned by heart'
        : 'flows: affine and spline couplings with 64 × 64 units',
    ],
  };
}
