import type { Domain, PlanePoint } from '@diffeo/charts';

/** The corners of `cells` × `cells` boxes over a square: `(cells + 1)²` points, row after row, the lowest first. */
export const corners = (cells: number, [low, high]: Domain): PlanePoint[] =>
  Array.from({ length: (cells + 1) ** 2 }, (_, i) => [
    low + ((i % (cells + 1)) / cells) * (high - low),
    low + (Math.floor(i / (cells + 1)) / cells) * (high - low),
  ]);

/** The middles of `cells` × `cells` boxes over a square, row after row, the lowest first. */
export const middles = (cells: number, [low, high]: Domain): PlanePoint[] =>
  Array.from({ length: cells ** 2 }, (_, i) => [
    low + (((i % cells) + 0.5) / cells) * (high - low),
    low + ((Math.floor(i / cells) + 0.5) / cells) * (high - low),
  ]);

/** The points of numbers that lie in pairs, from the point `begin` to before `end`. */
export const pairs = (numbers: ArrayLike<number>, begin = 0, end = numbers.length / 2): PlanePoint[] =>
  Array.from({ length: end - begin }, (_, i) => {
    const at = 2 * (begin + i);
    return [numbers[at] as number, numbers[at + 1] as number];
  });
