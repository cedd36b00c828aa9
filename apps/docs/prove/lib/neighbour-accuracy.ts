type Point = readonly [number, number];

/** How many neighbours vote. */
const neighbours = 15;

/**
 * How often a classifier tells two sets of as many points apart (Lopez-Paz & Oquab 2017): each point is told by the majority of its
 * nearest neighbours among all others. About 0.5 where both are of one distribution.
 */
export function neighbourAccuracy(first: readonly Point[], second: readonly Point[]): number {
  const all = [...first, ...second];
  const ofFirst = (i: number): boolean => i < first.length;
  const right = all.filter(([x, y], i) => {
    const near = all
      .map(([a, b], j) => ({ j, distance: j === i ? Infinity : (a - x) ** 2 + (b - y) ** 2 }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, neighbours);
    return near.filter(({ j }) => ofFirst(j)).length * 2 > neighbours === ofFirst(i);
  });
  return right.length / all.length;
}
