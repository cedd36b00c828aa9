import type { AffineCouplingKernelAttributes } from '@diffeo/ops';
import { scaleBytes } from './affine-kernels.ts';
import { backwardScratch, forwardScratch, planStack, type StackPlan } from './dense-stack.ts';
import type { Kernels } from './kernel-module.ts';
import { type Pieces, pieces } from './pieces.ts';

/** What depends on sizes alone when a coupling runs on so many rows. */
export interface CouplingPlan {
  readonly stack: StackPlan;
  /** Bytes of the log-scales, which come first in `kept`. */
  readonly scales: number;
  /** How many numbers `kept` has. */
  readonly keptSize: number;
  readonly forward: Pieces<'lists' | 'entering' | 'raw' | 'exponentials' | 'scales' | 'stack'>;
  readonly backward: Pieces<'lists' | 'entering' | 'dEntering' | 'dRaw' | 'exponentials' | 'stack'>;
}

/** Plans by attributes, of which every layer has its own, and by rows. */
const known = new WeakMap<AffineCouplingKernelAttributes, Map<number, CouplingPlan>>();

const sameSizes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/** The plan of a coupling on so many rows, remembered. */
export function planCoupling(
  kernels: Kernels,
  attributes: AffineCouplingKernelAttributes,
  rows: number,
  widths: readonly number[],
): CouplingPlan {
  let plans = known.get(attributes);
  if (!plans) {
    plans = new Map();
    known.set(attributes, plans);
  }
  const remembered = plans.get(rows);
  if (remembered && sameSizes(remembered.stack.widths, widths)) return remembered;
  const plan = makePlan(kernels, attributes, rows, widths);
  // A caller with ever other sizes must not fill the memory.
  if (plans.size >= 16) plans.clear();
  plans.set(rows, plan);
  return plan;
}

function makePlan(
  kernels: Kernels,
  attributes: AffineCouplingKernelAttributes,
  rows: number,
  widths: readonly number[],
): CouplingPlan {
  const { columnsKept, columnsChanged, keep } = attributes;
  const stack = planStack(kernels, rows, widths, attributes);
  const changed = rows * columnsChanged.length;
  const scales = scaleBytes(changed);
  const entering = 4 * rows * (widths[0] as number);
  const lists = 4 * (columnsKept.length + columnsChanged.length);
  const shared = { lists, entering, exponentials: scales };
  return {
    stack,
    scales,
    keptSize: keep ? scales / 4 + stack.keptSize : 0,
    forward: pieces({
      ...{ ...shared, raw: 8 * changed, scales: keep ? 0 : scales },
      stack: forwardScratch(kernels, stack, keep),
    }),
    backward: pieces({
      ...{ ...shared, dEntering: entering, dRaw: 8 * changed },
      stack: keep ? backwardScratch(kernels, stack) : 0,
    }),
  };
}
