import {
  add,
  customGrad,
  div,
  equal,
  type GradSaveFunc,
  log,
  minimum,
  mul,
  sub,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';

const custom = /* @__PURE__ */ customGrad((given, save) => {
  const t = given as Tensor;
  (save as GradSaveFunc)([t]);
  const rounded = add(t, 1);
  // Beyond 1e8 the correction is 1, and ∞/∞ would be no number.
  const finite = minimum(t, 1e8);
  const correction = div(finite, sub(add(finite, 1), 1));
  return {
    value: where(equal(rounded, 1), t, mul(log(rounded), correction)),
    gradFunc: (dy: Tensor, saved: Tensor[]) => div(dy, add(saved[0] as Tensor, 1)),
  };
});

/**
 * log(1 + t) for t ≥ 0, exact to float32 for small t too, where tfjs's own `log1p` gives log of the rounded sum on WASM
 * (Kahan's correction: Goldberg 1991, "What every computer scientist should know about floating-point arithmetic", th. 4).
 */
export const logOnePlus = (t: Tensor): Tensor => custom(t);
