import type { MarginalCurve } from '@diffeo/layers-elementwise';
import { continuingColumns, type MixedColumn, stateCount } from './mixed-column.ts';

/**
 * A mixture of classes, in float64 on the host. In each class the states of all columns (which category, which atom, any number, or none) are
 * independent, and the normal scores of those numbers that there are have one Gaussian of full covariance.
 */
export interface ClassModel {
  readonly columns: readonly MixedColumn[];
  /** Of each column that goes on: the curve of its normal scores. */
  readonly curves: readonly MarginalCurve[];
  /** The order in which columns that go on are taken, places among these. */
  readonly order: readonly number[];
  /** `[classes]` */
  readonly logWeights: Float64Array;
  /** `[classes × states]`: the log-probabilities of the states of each column, one column after the other. */
  readonly tables: Float64Array;
  /** `[classes × going on]` */
  readonly means: Float64Array;
  /** `[classes × going on × going on]` */
  readonly covariances: Float64Array;
}

/** Where the states of each column begin, and after the last one how many there are. */
export function stateOffsets(columns: readonly MixedColumn[]): readonly number[] {
  const offsets = [0];
  for (const column of columns) offsets.push((offsets.at(-1) as number) + stateCount(column));
  return offsets;
}

/**
 * The order of columns that go on: those that are given first, then densities, then rounded numbers, the finest first. Each is conditioned
 * on those before it, of which rounded ones stand for the middle of their cells.
 */
export function chainOrder(columns: readonly MixedColumn[], given: readonly number[] = []): readonly number[] {
  const going = continuingColumns(columns);
  const first = new Set(given);
  const rank = (place: number): number => (first.has(going[place] as number) ? 0 : 1);
  const coarse = (place: number): number => {
    const { step, softness } = columns[going[place] as number] as MixedColumn;
    return step === null ? 0 : step / softness;
  };
  return going.map((_, place) => place).sort((a, b) => rank(a) - rank(b) || coarse(a) - coarse(b) || a - b);
}
