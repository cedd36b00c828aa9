import { logNormalDensity } from '@diffeo/ops';
import { covarianceFactor } from '../mixture/covariance-factor.ts';
import type { ClassModel } from './class-model.ts';
import { continuingColumns } from './mixed-column.ts';
import { logNormalCell } from './normal-cell.ts';
import type { RowCells } from './row-cells.ts';

/** The Gaussians of all classes for rows in which the same columns have numbers: the lower Cholesky factor of each covariance, in the order of the columns. */
export interface Chain {
  readonly present: readonly number[];
  /** `[classes × present × present]` */
  readonly factors: Float64Array;
  /** `[classes × (present + 1)]`: what the log-density of a number and those after it can be at most; 0 after the last. */
  readonly most: Float64Array;
}

/** Columns that are present, in their order, of which each is normal given those before. */
function chainOf({ columns, covariances, logWeights, curves }: ClassModel, present: readonly number[]): Chain {
  const [classes, all, size] = [logWeights.length, curves.length, present.length];
  const going = continuingColumns(columns);
  const isRounded = present.map((place) => columns[going[place] as number]?.step !== null);
  const factors = new Float64Array(classes * size * size);
  const most = new Float64Array(classes * (size + 1));
  const own = new Float64Array(size * size);
  for (let k = 0; k < classes; k++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const at = k * all * all + (present[i] as number) * all + (present[j] as number);
        own[i * size + j] = covariances[at] as number;
      }
    }
    factors.set(covarianceFactor(own, size), k * size * size);
    for (let i = size - 1; i >= 0; i--) {
      const after = most[k * (size + 1) + i + 1] as number;
      const deviation = factors[k * size * size + i * size + i] as number;
      most[k * (size + 1) + i] = after + (isRounded[i] ? 0 : logNormalDensity(0) - Math.log(deviation));
    }
  }
  return { present, factors, most };
}

/** A chain for each pattern of numbers, made when it is first met. */
export function chainsOf(model: ClassModel): (present: readonly number[]) => Chain {
  const known = new Map<string, Chain>();
  return (present) => {
    const key = present.join(' ');
    const found = known.get(key) ?? chainOf(model, present);
    known.set(key, found);
    return found;
  };
}

/** Mean and deviation of a number given those before it, whose distances from their own are `away`, in deviations. */
export function conditional(
  { present, factors }: Chain,
  means: Float64Array,
  all: number,
  k: number,
  i: number,
  away: Float64Array,
): { readonly mean: number; readonly deviation: number } {
  const size = present.length;
  const begin = k * size * size + i * size;
  let mean = means[k * all + (present[i] as number)] as number;
  for (let j = 0; j < i; j++) mean += (factors[begin + j] as number) * (away[j] as number);
  return { mean, deviation: factors[begin + i] as number };
}

/**
 * The log-density of a row's numbers under a class: that of each given those before it, the probability of its cell where it is rounded. `away` has room for
 * as many numbers as the chain, and keeps their distances. −∞ as soon as it cannot reach `least`: most classes are far from a row.
 */
export function chainLogDensity(
  { means, curves }: ClassModel,
  chain: Chain,
  { scores, begins, ends }: RowCells,
  row: number,
  k: number,
  away: Float64Array,
  least: number,
): number {
  const all = curves.length;
  const { present, factors, most } = chain;
  const size = present.length;
  let log = 0;
  const bound = k * (size + 1);
  for (let i = 0, factor = k * size * size; i < size; i++, factor += size) {
    if (log + (most[bound + i] as number) < least) return -Infinity;
    const place = present[i] as number;
    const at = row * all + place;
    let mean = means[k * all + place] as number;
    for (let j = 0; j < i; j++) mean += (factors[factor + j] as number) * (away[j] as number);
    const deviation = factors[factor + i] as number;
    const begin = begins[at] as number;
    const distance = ((scores[at] as number) - mean) / deviation;
    away[i] = distance;
    log += Number.isNaN(begin)
      ? (most[bound + i] as number) - (most[bound + i + 1] as number) - 0.5 * distance * distance
      : logNormalCell((begin - mean) / deviation, ((ends[at] as number) - mean) / deviation);
  }
  return log;
}
