import { logNormalDensity, normalAbove } from '@diffeo/ops';

/** Below this width the density in the middle, and how it bends, is exact to 1e-8. */
const narrow = 0.02;

/** log P(a < Z < b) of the standard normal, nats, to a relative error of 1e-5 of the probability at most. */
export function logNormalCell(a: number, b: number): number {
  if (!(b > a)) return -Infinity;
  const width = b - a;
  if (width < narrow) {
    const middle = (a + b) / 2;
    return logNormalDensity(middle) + Math.log(width) + Math.log1p(((middle * middle - 1) * width * width) / 24);
  }
  // The side on which the shares are small, so that their difference is exact.
  const [near, far] = a + b > 0 ? [a, b] : [-b, -a];
  const share = near < 0 ? 1 - normalAbove(-near) - normalAbove(far) : normalAbove(near) - normalAbove(far);
  // Further out than float64 tells apart: what lies above `near`, by its leading term.
  return share > 1e-290 ? Math.log(share) : logNormalDensity(near) - Math.log(Math.max(near, 1));
}
