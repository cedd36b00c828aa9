import { check, integer, maxValue, minValue, number, pipe } from 'valibot';

/** The side of a filter, odd, so that a pixel is its middle. */
export const filterSide = pipe(
  number(),
  integer(),
  minValue(1),
  maxValue(31),
  check((size) => size % 2 === 1, 'expected an odd number'),
);
