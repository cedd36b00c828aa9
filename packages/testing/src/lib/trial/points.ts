import type { Shape } from '@diffeo/core';
import { add, exp, mul, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Interval } from '../options.ts';

/** One side of a map: what a row of it looks like. */
export interface Side {
  /** The shape of one row. */
  readonly rowShape: Shape;
  /** Where the numbers lie; `null`: anywhere. */
  readonly interval: Interval | null;
}

/** Whether an interval has two ends, so that numbers may be uniform on it. */
export const isBounded = (interval: Interval): boolean => interval.every(Number.isFinite);

/** Numbers of an interval that has one end or none, from standard normal ones: its first few units. */
export function fromNormals(interval: Interval | null, normals: Tensor): Tensor {
  const [low, high] = interval ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (Number.isFinite(low)) return add(exp(normals), low);
  if (Number.isFinite(high)) return sub(high, exp(normals));
  return mul(normals, 1.5);
}

/** The nearest number that lies in the interval, a millionth of its width from the ends. */
export function into(interval: Interval | null, value: number): number {
  if (!interval) return value;
  const [low, high] = interval;
  const width = high - low;
  const margin = 1e-6 * (width < Number.POSITIVE_INFINITY ? width : 1);
  return Math.min(high - margin, Math.max(low + margin, value));
}

/** A batch on the host: the rows of a map's input and of the context that goes with them. */
export interface Points {
  readonly rows: number;
  readonly values: Float32Array;
  /** `null` where the place has no context. */
  readonly context: Float32Array | null;
}

/** The numbers of these rows, in this order. */
function pick(from: Float32Array, rows: number, chosen: readonly number[]): Float32Array {
  const size = from.length / rows;
  const picked = new Float32Array(chosen.length * size);
  for (const [to, row] of chosen.entries()) picked.set(from.subarray(row * size, row * size + size), to * size);
  return picked;
}

/** The batch made of these rows of another, in this order. */
export const takeRows = ({ rows, values, context }: Points, chosen: readonly number[]): Points => ({
  rows: chosen.length,
  values: pick(values, rows, chosen),
  context: context && pick(context, rows, chosen),
});

/** As many numbers of a row as a message shows. */
const shown = 8;

function list(numbers: Float32Array): string {
  const text = [...numbers.subarray(0, shown)].map((value) => value.toPrecision(6)).join(', ');
  return numbers.length > shown ? `(${text}, … ${numbers.length} numbers)` : `(${text})`;
}

/** `at the input (…)`, with the context where there is one. */
export function describeInput(points: Points, row: number): string {
  const { values, context } = takeRows(points, [row]);
  return `at the input ${list(values)}${context ? ` with the context ${list(context)}` : ''}`;
}

/** The row that entry `index` of an output of `length` numbers stands in, with the input that gave it. */
export function describeRow(points: Points, length: number, index: number): string {
  const row = Math.floor(index / (length / points.rows));
  return `in row ${row}, ${describeInput(points, row)}`;
}
