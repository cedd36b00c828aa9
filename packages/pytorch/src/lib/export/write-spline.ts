import type { Spec } from '@diffeo/core';
import { refuse } from '../file/refuse.ts';
import type { Output } from '../networks/dense.ts';
import { softplusOffset } from '../parts/spline-outputs.ts';
import type { Told } from './told.ts';

/** A spline in Python. */
export interface PythonSpline {
  /** What its transforms are called with. */
  readonly options: string;
  /** nflows' outputs of a network for so many numbers, number by number, as those of ours, parameter by parameter. */
  order(numbers: number): readonly Output[];
  readonly told: Told;
}

/**
 * A `rationalQuadratic()` as nflows has it.
 *
 * @param width of the network, by whose root nflows divides widths and heights; `null` where it does not
 */
export function splineIn(path: string, { config }: Spec<'transform'>, width: number | null): PythonSpline {
  const { bins, bound, tails, softClip, ...floors } = config as {
    readonly bins: number;
    readonly bound: number;
    readonly tails: string;
    readonly softClip?: number;
    readonly leastWidth?: number;
    readonly leastHeight?: number;
    readonly leastSlope?: number;
  };
  if (tails !== 'linear' || softClip !== undefined)
    refuse(path, 'rationalQuadratic() is written with linear tails, without softClip');
  const { leastWidth: minBinWidth = 1e-3, leastHeight: minBinHeight = 1e-3, leastSlope: minDerivative = 1e-3 } = floors;
  const each = 3 * bins - 1;
  const least = `min_bin_width=${minBinWidth}, min_bin_height=${minBinHeight}, min_derivative=${minDerivative}`;
  return {
    options: `num_bins=${bins}, tails='linear', tail_bound=${bound}, ${least}`,
    order: (numbers) =>
      Array.from({ length: each * numbers }, (_, at): Output => {
        const [number, k] = [Math.floor(at / each), at % each];
        const row = k * numbers + number;
        return k < 2 * bins ? { row, factor: Math.sqrt(width ?? 1) } : { row, offset: -softplusOffset(minDerivative) };
      }),
    told: { tailBound: bound, minBinWidth, minBinHeight, minDerivative },
  };
}
