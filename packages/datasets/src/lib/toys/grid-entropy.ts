/** A rectangle of the plane and the distance between the points of a grid on it. */
export interface Grid {
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
  readonly step: number;
}

/** ∬ f over the grid by the midpoint rule, which converges faster than any power of the step for smooth densities. */
function gridIntegral({ x, y, step }: Grid, f: (x: number, y: number) => number): number {
  const columns = Math.max(1, Math.round((x[1] - x[0]) / step));
  const rows = Math.max(1, Math.round((y[1] - y[0]) / step));
  const width = (x[1] - x[0]) / columns;
  const height = (y[1] - y[0]) / rows;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      total += f(x[0] + (column + 0.5) * width, y[0] + (row + 0.5) * height);
    }
  }
  return total * width * height;
}

/** The entropy −∬ p log p in nats of a density that is all but zero outside the grid. */
export const gridEntropy = (grid: Grid, logDensity: (x: number, y: number) => number): number =>
  gridIntegral(grid, (x, y) => {
    const logP = logDensity(x, y);
    return logP === Number.NEGATIVE_INFINITY ? 0 : -Math.exp(logP) * logP;
  });
