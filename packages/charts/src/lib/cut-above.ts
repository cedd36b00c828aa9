/** A point of a curve; a `null` loss ends one stroke, the next point begins another. */
export type CurvePoint = readonly [step: number, loss: number | null];

/**
 * Takes out the part of a curve that lies above `max`, ending each stroke exactly where the straight line to the next point crosses
 * `max`. Done on the numbers because the renderer's clipping panics on nested clip paths (thx/resvg-js#413).
 */
export const cutAbove = (points: readonly (readonly [number, number])[], max: number): CurvePoint[] => {
  const kept: CurvePoint[] = [];
  for (const [index, point] of points.entries()) {
    const before = points[index - 1];
    if (before !== undefined && before[1] > max !== point[1] > max) {
      const share = (max - before[1]) / (point[1] - before[1]);
      const crossing: CurvePoint = [before[0] + share * (point[0] - before[0]), max];
      kept.push(crossing);
      if (point[1] > max) kept.push([crossing[0], null]);
    }
    if (point[1] <= max) kept.push(point);
  }
  return kept;
};
