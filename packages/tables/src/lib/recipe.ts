import { largeFlows, smallFlows } from './flows/table-flows.ts';
import { foldsFor } from './folds/folds-for.ts';
import { flowMember } from './members/flow-member.ts';
import { gaussianMember } from './members/gaussian-member.ts';
import { kernelMember } from './members/kernel-member.ts';
import type { MemberKind } from './members/member-kind.ts';
import { mixtureMember } from './members/mixture-member.ts';
import { productKernelMember } from './members/product-kernel-member.ts';
import { shrunkGaussianMember } from './members/shrunk-gaussian-member.ts';

/** How much work a table is worth: seconds, about a minute, or several. */
export type Effort = 'fast' | 'standard' | 'best';

/** What is fitted to a table, and why. */
export interface Recipe {
  readonly folds: number;
  /** Whether members of a single fold stand for all rows: those that it leaves out are few. Default false: they are fitted again. */
  readonly keepsFold?: boolean;
  readonly kinds: readonly MemberKind[];
  /** In words, a line each. */
  readonly reasons: readonly string[];
}

/** Fewer rows than this are a small table. */
const smallTable = 2500;
/** Fewer rows for each column than this do not tell a covariance. */
const rowsForCovariance = 30;

/** Kernels at most: a score takes as many steps. */
const mostKernels = { fast: 2 ** 13, full: 2 ** 15 };
/** In more columns than two or three, rows are too far apart for kernels to be worth it, where there are more than this. */
const manyRows = 10_000;

/** The kernel densities of a table: of few rows of every kind, and narrow ones for rows that come again, of a width for each column where there is time to find them. */
function kernelsFor({
  count,
  size,
  fast,
  hasCurves,
}: {
  readonly count: number;
  readonly size: number;
  readonly fast: boolean;
  /** Whether columns are made normal. */
  readonly hasCurves: boolean;
}): readonly MemberKind[] {
  if (count > manyRows) {
    return size <= 3 ? [kernelMember('columns', { most: mostKernels[fast ? 'fast' : 'full'] })] : [];
  }
  const small = count < smallTable;
  // Behind columns made normal, kernels of whitened rows add least for their time.
  const whitened = fast && hasCurves ? [] : (['whitened'] as const);
  const before = small ? (['standardised', ...whitened] as const) : whitened;
  const behind = small ? (['columns', 'copula'] as const) : (['copula'] as const);
  const fronts = [...before, ...(hasCurves ? behind : [])];
  return [
    ...fronts.map((front) => kernelMember(front)),
    ...(fast ? [4, 16].map((narrower) => kernelMember('standardised', { narrower })) : [productKernelMember()]),
  ];
}

/** What suits a table of so many rows and columns. */
export function recipeFor({ count, size }: { readonly count: number; readonly size: number }, effort: Effort): Recipe {
  const small = count < smallTable;
  const fast = effort === 'fast';
  const { folds, hasCurves } = small
    ? foldsFor({ count, curves: size, kernels: size }, fast)
    : { folds: 1, hasCurves: true };
  const kernels = kernelsFor({ count, size, fast, hasCurves });
  // So few rows do not tell a covariance of so many columns.
  const isThin = size > 1 && count < rowsForCovariance * size;
  const closed = [
    gaussianMember('whitened'),
    ...(hasCurves ? [gaussianMember('copula')] : []),
    ...(isThin ? [shrunkGaussianMember('standardised')] : []),
    ...(isThin && hasCurves ? [shrunkGaussianMember('columns')] : []),
    mixtureMember('whitened', { fast, folds }),
    ...(hasCurves ? [mixtureMember('copula', { fast, folds })] : []),
    ...kernels,
  ];
  const cut =
    folds > 1
      ? `few, so ${folds} folds, each with members of its own`
      : `${small ? 'few, of many columns for so little time' : 'many'}, so one split, a fifth left out`;
  const curved = hasCurves
    ? ', each column made normal, mixtures of Gaussians before and after that'
    : ', mixtures of Gaussians';
  const base = [
    `${count.toLocaleString('en')} rows of ${size} columns: ${cut}`,
    `candidates in closed form: a Gaussian${curved}${kernels.length > 0 ? ', and kernels' : ''}`,
  ];
  if (size === 1) return { folds, kinds: closed, reasons: [...base, 'no flows: one column has nothing to depend on'] };
  if (fast) {
    return { folds, keepsFold: count > manyRows, kinds: closed, reasons: [...base, 'no flows are trained: fast'] };
  }
  const more = effort === 'best' ? 3 : 1;
  const flows = small ? smallFlows(size, folds, more) : largeFlows(size, more);
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
