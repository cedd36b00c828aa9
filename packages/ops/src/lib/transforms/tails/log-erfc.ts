import {
  add,
  customGrad,
  div,
  exp,
  type GradSaveFunc,
  log,
  mul,
  neg,
  relu,
  sqrt,
  square,
  sub,
  type Tensor,
  zerosLike,
} from '@tensorflow/tfjs-core';

/** Of erfc(u) = t·e^(P(t) − u²), t = 1/(1 + u/2): right to 1.2e-7 of itself for every u ≥ 0 (Press et al. 1992, "Numerical recipes", §6.2). */
const coefficients = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
  -1.26551223,
];

/** log erfc(u) + u², u ≥ 0: 0 at 0, and like −log(u·√π) far out. */
export function logScaledErfc(u: Tensor): Tensor {
  const t = div(1, add(mul(u, 0.5), 1));
  return add(
    log(t),
    coefficients.reduce<Tensor>((sum, next) => add(mul(sum, t), next), zerosLike(t)),
  );
}

/** d log erfc(u)/du = −(2/√π)·e^(−u²)/erfc(u), in which nothing vanishes: u² cancels. */
const slopeOf = (u: Tensor): Tensor => mul(exp(neg(logScaledErfc(u))), -2 / Math.sqrt(Math.PI));

/** log erfc(u), u ≥ 0, to float32 where erfc itself is long 0. */
export const logErfc: (u: Tensor) => Tensor = (u) =>
  customGrad((given, save) => {
    const own = given as Tensor;
    (save as GradSaveFunc)([own]);
    return {
      value: sub(logScaledErfc(own), square(own)),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => mul(dy, slopeOf(saved as Tensor)),
    };
  })(u);

/** How many steps of Newton's method take the guess below to float32, wherever it starts. */
const steps = 4;

/** u ≥ 0 with −log erfc(u) = a, for a ≥ 0. */
export const inverseLogErfc: (a: Tensor) => Tensor = (a) =>
  customGrad((given, save) => {
    const own = given as Tensor;
    (save as GradSaveFunc)([own]);
    // Right in the limits of small and of large a; in between, 25 % too low at most.
    let u: Tensor = div(own, add(sqrt(own), 2 / Math.sqrt(Math.PI)));
    for (let step = 0; step < steps; step++) {
      const missing = add(sub(logScaledErfc(u), square(u)), own);
      u = relu(sub(u, div(missing, slopeOf(u))));
    }
    return {
      value: u,
      // From `a` again, so that the gradient has a gradient.
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => div(neg(dy), slopeOf(inverseLogErfc(saved as Tensor))),
    };
  })(a);
