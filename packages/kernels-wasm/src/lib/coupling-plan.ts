import type { AffineCouplingKernelAttributes } from '@diffeo/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { scaleBytes } from './affine-kernels.ts';
import type { Machine } from './machine.ts';
import { type Pieces, pieces } from './pieces.ts';
import type { Stack } from './stack.ts';
import { inputsOf, rowsEach, stackOf } from './stack-of.ts';

/** What depends on sizes alone when a coupling runs on so many events. */
export interface CouplingPlan {
  readonly stack: Stack;
  /** How many rows there are: an event of an image has one for each pixel. */
  readonly rows: number;
  /** Bytes of the log-scales, which come first in `kept`. */
  readonly scales: number;
  /** How many numbers `kept` has. */
  readonly keptSize: number;
  /** The columns kept and those changed, one after another, as kernels read them: how many bytes from the first each is. */
  readonly columns: Int32Array;
  readonly forward: Pieces<'lists' | 'entering' | 'raw' | 'exponentials' | 'scales' | 'logDets' | 'stack'>;
  readonly backward: Pieces<'lists' | 'entering' | 'dEntering' | 'dRaw' | 'dLogDets' | 'exponentials' | 'stack'>;
}

interface Known {
  readonly plan: CouplingPlan;
  /** What it was made for: the shape of the points and those of the weights. */
  readonly shapes: readonly (readonly number[])[];
}

/** Plans by attributes, of which every layer has its own, and by events. */
const known = new WeakMap<AffineCouplingKernelAttributes, Map<number, Known>>();

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
  machine: Machine,
  attributes: AffineCouplingKernelAttributes,
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
  const plan = makePlan(machine, attributes, events, shape, weights);
  // A caller with ever other sizes must not fill the memory.
  if (plans.size >= 16) plans.clear();
  plans.set(events, { plan, shapes: [[...shape], ...weights.map((weight) => [...weight.shape])] });
  return plan;
}

function makePlan(
  machine: Machine,
  attributes: AffineCouplingKernelAttributes,
  events: number,
  shape: readonly number[],
  weights: readonly TensorInfo[],
): CouplingPlan {
  const { columnsKept, columnsChanged, keep } = attributes;
  const stack = stackOf(machine, events, shape, weights, attributes);
  const rows = events * rowsEach(shape);
  const changed = rows * columnsChanged.length;
  const scales = scaleBytes(changed);
  const entering = 4 * rows * inputsOf(weights);
  const lists = 4 * (columnsKept.length + columnsChanged.length);
  const shared = { lists, entering, exponentials: scales };
  return {
    columns: Int32Array.from([...columnsKept, ...columnsChanged], (column) => 4 * column),
    ...{ stack, rows, scales, keptSize: keep ? scales / 4 + stack.keptSize : 0 },
    forward: pieces({
      ...{ ...shared, raw: 8 * changed, scales: keep ? 0 : scales, logDets: 4 * rows },
      stack: keep ? stack.forwardBytes : stack.forwardBytesAlone,
    }),
    backward: pieces({
      ...{ ...shared, dEntering: entering, dRaw: 8 * changed, dLogDets: 4 * rows },
      stack: keep ? stack.backwardBytes : 0,
    }),
  };
}
