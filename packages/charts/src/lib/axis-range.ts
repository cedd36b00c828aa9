import { roundStep, tidy } from './round-step.ts';

/** Ends and tick distance of an axis; both ends are whole multiples of the distance. */
export interface AxisRange {
  readonly min: number;
  readonly max: number;
  readonly interval: number;
}

/** The losses of the first steps may be far above the rest: this share of the recorded values may leave the picture … */
const OUTLIERS = 0.05;
/** … but only when showing it would stretch the axis by more than this factor. */
const STRETCH = 2;
/** Values closer together than this, relative to their size, count as one value. */
const FLAT = 1e-6;

/**
 * A range with round ends that shows `losses` and everything in `always`. When a few large losses would flatten all the others, the
 * range ends above those others and the curve enters the picture from above.
 */
export const axisRange = (losses: readonly number[], always: readonly number[] = [], ticks = 5): AxisRange => {
  const sorted = [...losses].sort((a, b) => a - b);
  const lowest = Math.min(...sorted.slice(0, 1), ...always);
  const highest = Math.max(...sorted.slice(-1), ...always);
  if (!Number.isFinite(lowest)) {
    return { min: 0, max: 1, interval: 0.2 };
  }
  const usual = Math.max(sorted[Math.ceil((sorted.length - 1) * (1 - OUTLIERS))] ?? lowest, ...always);
  const stretched = usual > lowest && highest - lowest > STRETCH * (usual - lowest);
  const top = stretched ? lowest + 1.25 * (usual - lowest) : highest;
  const size = Math.max(Math.abs(top), 1);
  const margin = top - lowest > FLAT * size ? 0 : size / 10;
  const interval = roundStep((top - lowest + 2 * margin) / ticks);
  // Negated, because the lower end of an axis is the upper end of its mirror image; `0 -` gives 0, not −0.
  return { min: 0 - upperEnd(margin - lowest, interval), max: upperEnd(top + margin, interval), interval };
};

/** The multiple of `interval` just above `value`; one further when rounding in the division has left it below. */
const upperEnd = (value: number, interval: number): number => {
  const count = Math.ceil(value / interval);
  const end = tidy(count * interval);
  return end < value ? tidy((count + 1) * interval) : end;
};
