import { logNormalDensity, normalAbove } from '@diffeo/ops';

/** Below this width, in deviations and in lengths over which the density falls by e, the series is exact to 1e-6. */
const [narrow, flat] = [0.5, 1.5];

/**
 * log P(a < Z < b) of the standard normal, nats, to a relative error of 1e-5 of the probability at most. A narrow cell is the density in its middle times
 * 1 + Σ He₂ₖ(middle)·(width / 2)²ᵏ / (2k + 1)!, Hermite's polynomials being what the density's derivatives are.
 */
export function logNormalCell(a: number, b: number): number {
  if (!(b > a)) return -Infinity;
  const width = b - a;
  const middle = (a + b) / 2;
  if (width < narrow && width * Math.abs(middle) < flat) {
    const [m, h] = [middle * middle, (width * width) / 4];
    const fourth = (m - 6) * m + 3;
    const sixth = ((m - 15) * m + 45) * m - 15;
    const bent = h * ((m - 1) / 6 + h * (fourth / 120 + (h * sixth) / 5040));
    return logNormalDensity(middle) + Math.log(width) + Math.log1p(bent);
  }
  // The side on which the shares are small, so that their difference is exact.
  const [near, far] = a + b > 0 ? [a, b] : [-b, -a];
  const share = near < 0 ? 1 - normalAbove(-near) - normalAbove(far) : normalAbove(near) - normalAbove(far);
  // Further out than float64 tells apart: what lies above `near`, by its leading term.
  return share > 1e-290 ? Math.log(share) : logNormalDensity(near) - Math.log(Math.max(near, 1));
}
