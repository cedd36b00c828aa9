import { describeValue } from '../arguments/describe-value.ts';
import { DiffeoError } from './error.ts';

/** The shape of one sample, without the batch. Every size is written out, so that an empty batch works. */
export type Shape = readonly number[];

/** How many numbers one sample of this shape holds; 1 for `[]`. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** Whether two shapes are the same. */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** `[batch, 2, 3]`, for messages. */
export const describeBatch = (shape: Shape): string => `[${['batch', ...shape].join(', ')}]`;

/** Whether a value is a list of whole numbers, none below `least`. */
export const areSizes = (value: unknown, least: number): value is readonly number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= least);

/** Far above any event and far below what would exhaust memory while a model from a file is built. */
const largestEvent = 2 ** 24;
/** tfjs has six axes at most; a file may say anything. */
const maxAxes = 32;

/** Throws `SHAPE` unless a value is the shape of an event or a context. */
export function requireShape(shape: unknown, what: string): asserts shape is Shape {
  if (areSizes(shape, 1) && shape.length <= maxAxes && sizeOf(shape) <= largestEvent) return;
  throw new DiffeoError(
    'SHAPE',
    `${what} must be a list of whole numbers above 0 with a product of at most ${largestEvent}; got ${describeValue(shape)}`,
  );
}
