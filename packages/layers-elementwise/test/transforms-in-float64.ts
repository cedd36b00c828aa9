/** What a transform returns, forward. */
interface Mapped {
  readonly value: number;
  readonly logSlope: number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const bounded = (a: number, c: number): number => c * Math.tanh(a / c);

/** erfc by Simpson's rule on its integral, which is nothing like the polynomial in use. */
function erfc(u: number): number {
  const [steps, reach] = [4000, 8];
  const density = (t: number): number => Math.exp(-t * t);
  let total = density(u) + density(u + reach);
  for (let i = 1; i < steps; i++) total += (i % 2 === 1 ? 4 : 2) * density(u + (reach * i) / steps);
  return ((2 / Math.sqrt(Math.PI)) * (total * reach)) / steps / 3;
}

const yeoJohnson = (x: number, lambda: number): number =>
  x >= 0 ? ((x + 1) ** lambda - 1) / lambda : -((1 - x) ** (2 - lambda) - 1) / (2 - lambda);

/** Each transform forward, base → data, as its paper has it, by default configuration; slopes by differences where there is no `slope`. */
const values: Readonly<Record<string, (x: number, raw: readonly number[]) => number>> = {
  exp: Math.exp,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  sigmoid,
  tanh: Math.tanh,
  'leaky-relu': (x, [a = 0]) => (x >= 0 ? x : x * Math.exp(bounded(a, 3))),
  power: (x, [a = 0]) => x ** Math.exp(bounded(a, 1)),
  'yeo-johnson': (x, [a = 0]) => yeoJohnson(x, 1 + bounded(a, 0.9)),
  'sinh-arcsinh': (x, [skew = 0, a = 0]) => Math.sinh((Math.asinh(x) + bounded(skew, 1)) * Math.exp(-bounded(a, 1))),
  'heavy-tails': (x, [shift = 0, a = 0, below = 0, above = 0]) => {
    const index = 2 * sigmoid((x >= 0 ? above : below) + Math.log(0.1 / 1.9)) + 1e-4;
    const scale = Math.exp(bounded(a, 3)) / Math.sqrt(2 / Math.PI);
    return shift + (scale * Math.sign(x) * (erfc(Math.abs(x) / Math.SQRT2) ** -index - 1)) / index;
  },
};

/** Log-slopes far out, where differences have no digits left: as the limits of the derivatives say, off by less than e^(−|x|) or 1/x². */
const tails: Readonly<Record<string, (x: number, raw: readonly number[]) => number>> = {
  exp: (x) => x,
  softplus: (x) => Math.min(x, 0),
  sigmoid: (x) => -Math.abs(x),
  tanh: (x) => Math.log(4) - 2 * Math.abs(x),
  'leaky-relu': (x, [a = 0]) => (x >= 0 ? 0 : bounded(a, 3)),
  power: (x, [a = 0]) => bounded(a, 1) + (Math.exp(bounded(a, 1)) - 1) * Math.log(x),
  'yeo-johnson': (x, [a = 0]) => Math.sign(x) * bounded(a, 0.9) * Math.log(1 + Math.abs(x)),
  'sinh-arcsinh': (x, [skew = 0, a = 0]) => {
    const image = (Math.sign(x) * Math.log(2 * Math.abs(x)) + bounded(skew, 1)) * Math.exp(-bounded(a, 1));
    return Math.log(Math.cosh(image)) - bounded(a, 1) - Math.log(Math.abs(x));
  },
};

/** A transform far out, forward, in float64 and written apart from it. */
export function tailInFloat64(name: string, raw: readonly number[], x: number): Mapped {
  const of = (table: typeof values) => (table[name] as (x: number, raw: readonly number[]) => number)(x, raw);
  return { value: of(values), logSlope: of(tails) };
}

/** A transform in float64 and written apart from it; its log-slope by Richardson's differences. */
export function transformInFloat64(name: string, raw: readonly number[], x: number): Mapped {
  const at = (point: number): number => (values[name] as (x: number, raw: readonly number[]) => number)(point, raw);
  const h = 1e-3 * Math.min(1, Math.abs(x));
  const slope = (step: number): number => (at(x + step) - at(x - step)) / (2 * step);
  return { value: at(x), logSlope: Math.log((4 * slope(h) - slope(2 * h)) / 3) };
}
