/** log of the standard normal density, nats. */
export const logNormalDensity = (z: number): number => -0.5 * z * z - 0.9189385332046727;

/** The complementary error function, relative error below 1.2e-7 everywhere (Press et al., Numerical Recipes, erfcc). */
function erfc(x: number): number {
  const z = Math.abs(x);
  const t = 1 / (1 + 0.5 * z);
  const polynomial =
    -1.26551223 +
    t *
      (1.00002368 +
        t *
          (0.37409196 +
            t *
              (0.09678418 +
                t *
                  (-0.18628806 +
                    t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  const tail = t * Math.exp(-z * z + polynomial);
  return x >= 0 ? tail : 2 - tail;
}

/** The share of the standard normal above z; below it is that above −z. */
export const normalAbove = (z: number): number => 0.5 * erfc(z / Math.SQRT2);

const polynomial = (x: number, coefficients: readonly number[]): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

/**
 * The number above which lies a share of the standard normal that is at most a half: relative error below 1.2e-9 (Acklam 2003), whatever
 * small the share.
 */
export function normalQuantileAbove(share: number): number {
  if (share < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(Math.max(share, 1e-300)));
    return -(
      polynomial(
        q,
        [
          -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
          2.938163982698783,
        ],
      ) / polynomial(q, [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1])
    );
  }
  const q = 0.5 - share;
  const r = q * q;
  return (
    (polynomial(
      r,
      [
        -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
        2.506628277459239,
      ],
    ) *
      q) /
    polynomial(r, [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1])
  );
}
