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
