import { logNormalDensity } from '@diffeo/ops';
import { choleskyOf } from '../mixture/cholesky.ts';
import type { ClassModel } from './class-model.ts';
import { logNormalCell } from './normal-cell.ts';
import type { RowCells } from './row-cells.ts';

/** The Gaussians of all classes for rows in which the same columns have numbers: the lower Cholesky factor of each covariance, in the order of the columns. */
export interface Chain {
  readonly present: readonly number[];
  /** `[classes × present × present]` */
  readonly factors: Float64Array;
}

/** Columns that are present, in their order, of which each is normal given those before. */
function chainOf({ covariances, logWeights, curves }: ClassModel, present: readonly number[]): Chain {
  const [classes, all, size] = [logWeights.length, curves.length, present.length];
  const factors = new Float64Array(classes * size * size);
  const own = new Float64Array(size * size);
  for (let k = 0; k < classes; k++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const at = k * all * all + (present[i] as number) * all + (present[j] as number);
        own[i * size + j] = covariances[at] as number;
      }
    }
    factors.set(choleskyOf(own, size), k * size * size);
  }
  return { present, factors };
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
 * as many numbers as the chain, and keeps their distances.
 */
export function chainLogDensity(
  { means, curves }: ClassModel,
  chain: Chain,
  { scores, begins, ends }: RowCells,
  row: number,
  k: number,
  away: Float64Array,
): number {
  const all = curves.length;
  const { present, factors } = chain;
  const size = present.length;
  let log = 0;
  for (let i = 0, factor = k * size * size; i < size; i++, factor += size) {
    const place = present[i] as number;
    const at = row * all + place;
    let mean = means[k * all + place] as number;
    for (let j = 0; j < i; j++) mean += (factors[factor + j] as number) * (away[j] as number);
    const deviation = factors[factor + i] as number;
    const begin = begins[at] as number;
    const distance = ((scores[at] as number) - mean) / deviation;
    away[i] = distance;
    log += Number.isNaN(begin)
      ? logNormalDensity(distance) - Math.log(deviation)
      : logNormalCell((begin - mean) / deviation, ((ends[at] as number) - mean) / deviation);
  }
  return log;
}
