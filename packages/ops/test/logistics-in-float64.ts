// A mixture of logistic distributions in float64, one number at a time, written without the code of this package: in its tails by the
// components' exponentials scaled by the largest, and backwards by bisection.

/** Weights, means and log-scales of raw parameters in order. */
function componentsOf(raw: readonly number[], bound: number) {
  const count = raw.length / 3;
  const logits = raw.slice(0, count);
  const top = Math.max(...logits);
  const total = logits.reduce((sum, u) => sum + Math.exp(u - top), 0);
  return logits.map((u, k) => ({
    weight: Math.exp(u - top) / total,
    mean: (raw[count + k] as number) + (count > 1 ? -1 + (2 * k) / (count - 1) : 0),
    scale: Math.exp(bound * Math.tanh((raw[2 * count + k] as number) / bound)),
  }));
}

/** log Σ wᵢ σ(±uᵢ), the largest exponent taken out. */
function logMass(terms: readonly { readonly weight: number; readonly u: number }[]): number {
  const logs = terms.map(({ weight, u }) => Math.log(weight) + Math.min(u, 0) - Math.log1p(Math.exp(-Math.abs(u))));
  const top = Math.max(...logs);
  return top + Math.log(logs.reduce((sum, l) => sum + Math.exp(l - top), 0));
}

/** Data → base: logit F. */
export function logitInFloat64(raw: readonly number[], bound: number, x: number): number {
  const terms = componentsOf(raw, bound).map(({ weight, mean, scale }) => ({ weight, u: (x - mean) / scale }));
  return logMass(terms) - logMass(terms.map(({ weight, u }) => ({ weight, u: -u })));
}

/** Its log-slope, by a central difference. */
export function logSlopeInFloat64(raw: readonly number[], bound: number, x: number): number {
  const h = 1e-5 * Math.min(...componentsOf(raw, bound).map(({ scale }) => scale));
  return Math.log((logitInFloat64(raw, bound, x + h) - logitInFloat64(raw, bound, x - h)) / (2 * h));
}

/** Base → data, by bisection. */
export function logitInverseInFloat64(raw: readonly number[], bound: number, y: number): number {
  let [low, high] = [-1e6, 1e6];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (logitInFloat64(raw, bound, middle) < y) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
