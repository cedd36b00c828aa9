import {
  abs,
  add,
  customGrad,
  div,
  exp,
  fill,
  type GradSaveFunc,
  greaterEqual,
  log,
  maximum,
  minimum,
  mul,
  relu,
  square,
  sub,
  type Tensor,
  tanh,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';

/** From the starts below, so many of Newton's steps reach float32's rounding for every m from −0.99 to 100. */
const steps = 9;

/** 1 + m·(1 − tanh²α), the slope of α + m·tanh α. */
const slopeOf = (alpha: Tensor, m: Tensor): Tensor => add(mul(sub(1, square(tanh(alpha))), m), 1);

/** log dy/dα of y = α + m·tanh α. */
export const logBendSlope = (alpha: Tensor, m: Tensor): Tensor => log(slopeOf(alpha, m));

/** The root by its size alone, since the function is odd. */
function find(y: Tensor, m: Tensor): Tensor {
  const size = abs(y);
  const [shifted, pressed] = [sub(size, m), div(size, add(m, 1))];
  // Below the root where m > 0, and above it where m < 0: the function is concave there, or convex, and steps do not overshoot.
  let alpha = where(greaterEqual(m, 0), maximum(shifted, pressed), minimum(shifted, pressed));
  for (let step = 0; step < steps; step++) {
    const excess = sub(add(alpha, mul(m, tanh(alpha))), size);
    alpha = relu(sub(alpha, div(excess, slopeOf(alpha, m))));
  }
  return mul(alpha, where(greaterEqual(y, 0), fill(y.shape, 1), fill(y.shape, -1)));
}

const root: (y: Tensor, m: Tensor) => Tensor = (y, m) =>
  customGrad((...given) => {
    const [ownY, ownM, save] = given as [Tensor, Tensor, GradSaveFunc];
    save([ownY, ownM]);
    return {
      value: find(ownY, ownM),
      // Of the equation that it solves: dα = (dy − tanh α·dm)/slope. The root is found again, so that the gradient has one too.
      gradFunc: (dAlpha: Tensor, saved: Tensor[]) => {
        const [savedY, savedM] = saved as [Tensor, Tensor];
        const alpha = root(savedY, savedM);
        const dY = div(dAlpha, slopeOf(alpha, savedM));
        return [dY, mul(dY, mul(tanh(alpha), -1))];
      },
    };
  })(y, m);

/** α of α + m·tanh α = y, to rounding. `y`: `[batch, 1]`; `m`: the same or `[1, 1]`, from −0.99 to 100. */
export const bendRoot = (y: Tensor, m: Tensor): Tensor => root(y, add(m, zerosLike(y)));

/** A number above −1 of any: e^(c·tanh(a/c)) − 1 with c = 4, which is a itself near 0. */
export const aboveMinusOne = (a: Tensor): Tensor => sub(exp(mul(4, tanh(div(a, 4)))), 1);
