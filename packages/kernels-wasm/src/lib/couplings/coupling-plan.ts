import type { CouplingKernelAttributes } from '@diffeo/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelContext } from '../heap/kernel-context.ts';
import { type ScratchLayout, scratchLayout } from '../heap/scratch-layout.ts';
import type { Stack } from '../stacks/stack.ts';
import { inputsOf, rowsEach, stackOf } from '../stacks/stack-of.ts';
import type { TransformKernel } from '../transforms/transform-kernel.ts';

/** What depends on sizes alone when a coupling runs on so many events. */
export interface CouplingPlan {
  readonly stack: Stack;
  /** How many rows there are: an event of an image has one for each pixel. */
  readonly rows: number;
  /** Bytes of what the transform saves, which come first in `saved`. */
  readonly transformBytes: number;
  /** How many numbers `saved` has. */
  readonly savedSize: number;
  /** The columns that stay and those that are transformed, one after another, as kernels read them: how many bytes from the first each is. */
  readonly columns: Int32Array;
  readonly forward: ScratchLayout<'lists' | 'entering' | 'raw' | 'transform' | 'saved' | 'logDets' | 'stack'>;
  readonly backward: ScratchLayout<'lists' | 'entering' | 'dEntering' | 'dRaw' | 'dLogDets' | 'transform' | 'stack'>;
}

interface Known {
  readonly plan: CouplingPlan;
  /** What it was made for: the shape of the points and those of the weights. */
  readonly shapes: readonly (readonly number[])[];
}

/** Plans by attributes, of which every layer has its own, and by events. */
const known = new WeakMap<CouplingKernelAttributes, Map<number, Known>>();

/** Whether shapes are the same from an axis on. Called for every coupling of every step: nothing is made. */
function sameFrom(axis: number, a: readonly number[] | undefined, b: readonly number[]): boolean {
  if (a?.length !== b.length) return false;
  for (let i = axis; i < b.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function isFor({ shapes }: Known, shape: readonly number[], weights: readonly TensorInfo[]): boolean {
  if (shapes.length !== weights.length + 1 || !sameFrom(1, shapes[0], shape)) return false;
  for (let i = 0; i < weights.length; i++) {
    if (!sameFrom(0, shapes[i + 1], (weights[i] as TensorInfo).shape)) return false;
  }
  return true;
}

/** The plan of a coupling on so many events of `[batch, …, channels]`, remembered. */
export function planCoupling(
  transform: TransformKernel,
  kernelContext: KernelContext,
  attributes: CouplingKernelAttributes,
  events: number,
  shape: readonly number[],
  weights: readonly TensorInfo[],
): CouplingPlan {
  let plans = known.get(attributes);
  if (!plans) {
    plans = new Map();
    known.set(attributes, plans);
  }
  const remembered = plans.get(events);
  if (remembered && isFor(remembered, shape, weights)) return remembered.plan;
  const plan = makePlan(transform, kernelContext, attributes, events, shape, weights);
  // A caller with ever other sizes must not fill the memory.
  if (plans.size >= 16) plans.clear();
  plans.set(events, { plan, shapes: [[...shape], ...weights.map((weight) => [...weight.shape])] });
  return plan;
}

function makePlan(
  transform: TransformKernel,
  kernelContext: KernelContext,
  attributes: CouplingKernelAttributes,
  events: number,
  shape: readonly number[],
  weights: readonly TensorInfo[],
): CouplingPlan {
  const { identityColumns, transformedColumns, save } = attributes;
  const stack = stackOf(kernelContext, events, shape, weights, attributes);
  const rows = events * rowsEach(shape);
  const numbers = rows * transformedColumns.length;
  const work = { attributes: attributes.transform, rows, count: transformedColumns.length, save };
  const { saved: transformBytes, scratch: transformScratch } = transform.bytes(kernelContext.kernels, work);
  const raw = 4 * transform.parameters(attributes.transform) * numbers;
  const entering = 4 * rows * inputsOf(weights);
  const lists = 4 * (identityColumns.length + transformedColumns.length);
  const shared = { lists, entering, transform: transformScratch };
  return {
    columns: Int32Array.from([...identityColumns, ...transformedColumns], (column) => 4 * column),
    ...{ stack, rows, transformBytes, savedSize: save ? transformBytes / 4 + stack.savedSize : 0 },
    forward: scratchLayout({
      ...{ ...shared, raw, saved: save ? 0 : transformBytes, logDets: 4 * rows },
      stack: save ? stack.forwardBytes : stack.forwardBytesAlone,
    }),
    backward: scratchLayout({
      ...{ ...shared, dEntering: entering, dRaw: raw, dLogDets: 4 * rows },
      stack: save ? stack.backwardBytes : 0,
    }),
  };
}
