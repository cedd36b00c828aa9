/** The part of a list that belongs to one of several workers: neighbours, so that joining is appending. */
export const shard = <T>(list: readonly T[], index: number, count: number): readonly T[] =>
  list.slice(Math.round((index * list.length) / count), Math.round(((index + 1) * list.length) / count));
