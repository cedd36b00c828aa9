import type { MixedColumn } from './mixed-column.ts';

/** log(1 − e⁻ᵘ) for u > 0. */
const logOneMinusExp = (u: number): number => (u > 0.7 ? Math.log1p(-Math.exp(-u)) : Math.log(-Math.expm1(-u)));

/** Where the cells of atoms are cut out of rounded numbers, those above move down by so much. */
function closed({ atoms, step }: MixedColumn, x: number): number {
  if (step === null || atoms.length === 0) return x;
  let below = 0;
  while (below < atoms.length && (atoms[below] as number) < x) below++;
  return x - below * step;
}

function opened({ atoms, step }: MixedColumn, x: number): number {
  if (step === null) return x;
  let open = x;
  for (const atom of atoms) if (open >= atom - step / 2) open += step;
  return open;
}

/**
 * A number of a bounded column on the whole line, and log dt/dx: t = x + c·log(1 − e^(−(x − low)/c)) and likewise at the upper bound, which is x itself but near
 * the bounds. Nothing lies beyond them: −∞ and ∞ there.
 */
export function toLine(column: MixedColumn, given: number): { readonly t: number; readonly logSlope: number } {
  const { low, high, softness } = column;
  const x = closed(column, given);
  let [t, slope] = [x, 1];
  if (low !== null) {
    const u = (x - low) / softness;
    if (u <= 0) return { t: -Infinity, logSlope: -Infinity };
    t += softness * logOneMinusExp(u);
    slope += 1 / Math.expm1(u);
  }
  if (high !== null) {
    const v = (closed(column, high) - x) / softness;
    if (v <= 0) return { t: Infinity, logSlope: -Infinity };
    t -= softness * logOneMinusExp(v);
    slope += 1 / Math.expm1(v);
  }
  return { t, logSlope: Math.log(slope) };
}

/** The number whose place on the whole line is t. */
export function fromLine(column: MixedColumn, t: number): number {
  const { low, high, softness, step, origin } = column;
  let x = t;
  if (low !== null && high !== null) {
    let [begin, end] = [low, closed(column, high)];
    for (let round = 0; round < 60; round++) {
      x = (begin + end) / 2;
      if (toLine({ ...column, atoms: [], high: closed(column, high) }, x).t < t) begin = x;
      else end = x;
    }
  } else if (low !== null) {
    const u = (t - low) / softness;
    x = low + softness * (u > 30 ? u : Math.log1p(Math.exp(u)));
  } else if (high !== null) {
    const v = (closed(column, high) - t) / softness;
    x = closed(column, high) - softness * (v > 30 ? v : Math.log1p(Math.exp(v)));
  }
  if (step === null) return x;
  return origin + Math.round((opened(column, x) - origin) / step) * step;
}

/** log of the share of numbers beyond a bound that lie farther than `distance` from it: of a Lomax distribution, whose tail is heavy. */
const logFarther = (distance: number, reach: number): number => -Math.log1p(distance / reach);

/**
 * The log-density of a number that lies beyond a bound, or on it, or the log-probability of its cell if it is rounded; `null` of one within the bounds. Such numbers are as
 * likely as half a row, whatever else the row holds.
 */
export function logBeyond(column: MixedColumn, x: number): number | null {
  const { low, high, beyond, reach, step } = column;
  const distances = [low === null ? -1 : low - x, high === null ? -1 : x - high];
  const distance = distances.find((one) => one >= 0);
  if (distance === undefined) return null;
  const log = Math.log(beyond);
  if (step === null) return log - Math.log(reach) + 2 * logFarther(distance, reach);
  const [near, far] = [Math.max(0, distance - step / 2), distance + step / 2];
  return log + Math.log(Math.exp(logFarther(near, reach)) - Math.exp(logFarther(far, reach)));
}
