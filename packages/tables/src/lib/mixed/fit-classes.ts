import type { Seed } from '@diffeo/core';
import { initialShares, type WorkMeter } from '../mixture/fit-gaussian-mixture.ts';
import { classLogDensities } from './class-density.ts';
import { type ClassModel, stateOffsets } from './class-model.ts';
import { leastShare, momentsOf } from './class-moments.ts';
import type { RowCells } from './row-cells.ts';

/** What classes are fitted to: what does not change from round to round. */
export interface ClassData extends Pick<ClassModel, 'columns' | 'curves' | 'order'> {
  readonly cells: RowCells;
  /** `[states]`: the probabilities of the states of each column among all rows. */
  readonly shares: Float64Array;
}

/** The share of each row in each class, `[classes × rows]`. */
type Shares = readonly Float64Array[];

/** So many rows of the whole table are added to the tables of each class: more would draw cats of the size of dogs. */
const tablePrior = 0.2;
/** Half a row for each state that can be, and as much for what was never seen. */
const half = 0.5;
/** Variances are at least this: no class is a point. */
const ridge = 1e-5;
/** A round that gains less than this for a row is the last, nats. */
const enough = 1e-3;
const logLeastShare = Math.log(leastShare);

/** The probabilities of the states of each column among some rows, none of them 0. */
export function stateShares({ columns }: Pick<ClassModel, 'columns'>, { states, count }: RowCells): Float64Array {
  const offsets = stateOffsets(columns);
  const shares = new Float64Array(offsets.at(-1) as number);
  for (const [i, { atoms, continues }] of columns.entries()) {
    const begin = offsets[i] as number;
    const own = shares.subarray(begin, offsets[i + 1] as number);
    for (let row = 0; row < count; row++) {
      const state = states[row * columns.length + i] as number;
      own[state] = (own[state] as number) + 1;
    }
    const total = count + half * (atoms.length + (continues ? 1 : 0) + 2);
    for (let state = 0; state < own.length; state++) own[state] = ((own[state] as number) + half) / total;
    const sum = own.reduce((all, one) => all + one, 0);
    for (let state = 0; state < own.length; state++) own[state] = (own[state] as number) / sum;
  }
  return shares;
}

/** How independent columns of a class are. */
export type Shape = 'full' | 'diagonal';

/**
 * The classes of greatest likelihood given the shares. Covariances are drawn towards that of all classes together by as much as one row for each
 * column would, that one towards independence by one row; tables towards the whole table's.
 */
function maximise(data: ClassData, shares: Shares, before: ClassModel | null, shape: Shape): ClassModel {
  const { columns, curves, order, cells } = data;
  const [classes, size] = [shares.length, curves.length];
  const offsets = stateOffsets(columns);
  const states = offsets.at(-1) as number;
  const logWeights = new Float64Array(classes);
  const tables = new Float64Array(classes * states);
  const means = new Float64Array(classes * size);
  const scatter = new Float64Array(classes * size * size);
  const masses = new Float64Array(classes);
  const pooled = new Float64Array(size * size);
  const plain = new Float64Array(size * size);
  for (let i = 0; i < size; i++) plain[i * size + i] = 1;
  for (const [k, own] of shares.entries()) {
    const from = {
      mean: before ? before.means.slice(k * size, (k + 1) * size) : new Float64Array(size),
      covariance: before ? before.covariances.slice(k * size * size, (k + 1) * size * size) : plain,
      size,
    };
    const { mass, first, second } = momentsOf(cells, own, from);
    masses[k] = mass;
    logWeights[k] = Math.log((mass + 1e-3) / (cells.count + 1e-3 * classes));
    for (let i = 0; i < size; i++) {
      means[k * size + i] = (first[i] as number) / Math.max(mass, 1e-12);
      for (let j = 0; j <= i; j++) {
        const value =
          (second[i * size + j] as number) - mass * (means[k * size + i] as number) * (means[k * size + j] as number);
        scatter[k * size * size + i * size + j] = value;
        pooled[i * size + j] = (pooled[i * size + j] as number) + value;
      }
    }
    const counts = tables.subarray(k * states, (k + 1) * states);
    for (let row = 0; row < cells.count; row++) {
      const share = own[row] as number;
      if (share < leastShare) continue;
      for (let i = 0; i < columns.length; i++) {
        const at = (offsets[i] as number) + (cells.states[row * columns.length + i] as number);
        counts[at] = (counts[at] as number) + share;
      }
    }
    for (let state = 0; state < states; state++) {
      const probability =
        ((counts[state] as number) + tablePrior * (data.shares[state] as number)) / (mass + tablePrior);
      counts[state] = Math.log(probability);
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const towards = i === j ? 1 : cells.count / (cells.count + 1);
      pooled[i * size + j] = ((pooled[i * size + j] as number) / cells.count) * towards;
    }
  }
  const prior = classes === 1 ? 0 : size;
  const covariances = new Float64Array(classes * size * size);
  for (let k = 0; k < classes; k++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const at = k * size * size + i * size + j;
        const all = pooled[i * size + j] as number;
        const own = classes === 1 ? all : ((scatter[at] as number) + prior * all) / ((masses[k] as number) + prior);
        const value = i === j ? own + ridge : shape === 'full' ? own : 0;
        covariances[at] = value;
        covariances[k * size * size + j * size + i] = value;
      }
    }
  }
  return { columns, curves, order, logWeights, tables, means, covariances };
}

/** A cell of a rounded number costs as much as so many multiplications. */
const cellWork = 30;

/** Multiplications of a round, at most: of the density of each row in each class, and of what is expected where numbers are missing. */
function workOf({ columns, curves, cells }: ClassData, classes: number): number {
  const size = curves.length;
  const rounded = columns.filter(({ continues, step }) => continues && step !== null).length;
  const ofRow = columns.length + size * (size + 1) + cellWork * rounded;
  return classes * (cells.count * ofRow + (cells.patterns.length - 1) * 3 * size ** 3);
}

/** Rounds in which missing numbers are expected, and multiplications that they are worth. */
const [gapRounds, gapWork] = [10, 5e8];

/** One class of all rows. Missing numbers are expected from the others, in a few rounds. */
export function oneClass(data: ClassData, shape: Shape): ClassModel {
  const all = [new Float64Array(data.cells.count).fill(1)];
  let found = maximise(data, all, null, shape);
  const isWhole = data.cells.patterns.length <= 1;
  const rounds = isWhole ? 0 : Math.max(1, Math.min(gapRounds, Math.floor(gapWork / workOf(data, 1))));
  for (let round = 0; round < rounds; round++) found = maximise(data, all, found, shape);
  return found;
}

/** Classes by the class of each row, without further rounds. */
export function classesBy(data: ClassData, classOf: ArrayLike<number>, classes: number): ClassModel {
  const shares = Array.from({ length: classes }, (_, k) =>
    Float64Array.from({ length: data.cells.count }, (_, row) => (classOf[row] === k ? 1 : 0)),
  );
  const before = maximise(data, shares, repeated(oneClass(data, 'full'), classes), 'full');
  return maximise(data, shares, before, 'full');
}

/** A class as many times. */
function repeated({ tables, means, covariances, ...rest }: ClassModel, classes: number): ClassModel {
  const times = (values: Float64Array): Float64Array => {
    const all = new Float64Array(values.length * classes);
    for (let k = 0; k < classes; k++) all.set(values, k * values.length);
    return all;
  };
  return {
    ...rest,
    logWeights: new Float64Array(classes).fill(-Math.log(classes)),
    ...{ tables: times(tables), means: times(means), covariances: times(covariances) },
  };
}

/** Rows as numbers of about one unit: normal scores, 0 where there is none, and a 1 for each state. */
function embedded({ columns, curves, cells }: ClassData) {
  const offsets = stateOffsets(columns);
  const width = curves.length + (offsets.at(-1) as number);
  const values = new Float64Array(cells.count * width);
  for (let row = 0; row < cells.count; row++) {
    for (let i = 0; i < curves.length; i++) {
      const score = cells.scores[row * curves.length + i] as number;
      if (Number.isFinite(score)) values[row * width + i] = Math.max(-3, Math.min(3, score));
    }
    for (let i = 0; i < columns.length; i++) {
      const state = cells.states[row * columns.length + i] as number;
      values[row * width + curves.length + (offsets[i] as number) + state] = 1;
    }
  }
  return { values, count: cells.count, size: width };
}

/** Rounds that are made whatever the work. */
const fewestRounds = 3;

/**
 * Fits classes by expectation and maximisation (Dempster et al. 1977), with what is expected of missing numbers in both steps, from k-means of scores and
 * states. Rounded numbers count as the middle of their cells and as much variance as a cell has.
 */
export function fitClasses(
  data: ClassData,
  {
    classes,
    seed,
    rounds = 60,
    from,
    meter,
  }: {
    readonly classes: number;
    readonly seed: Seed;
    readonly rounds?: number;
    readonly from?: ClassModel;
    /** Is told how much work it was; rounds end when it is as much as the meter's limit. */
    readonly meter?: WorkMeter & { readonly limit: number };
  },
): ClassModel {
  if (classes === 1 && !from) return oneClass(data, 'full');
  let found = from;
  if (!found) {
    const begin = embedded(data);
    if (meter) meter.work += begin.count * begin.size * 9 * classes;
    found = classesBy(data, initialShares(begin, classes, seed), classes);
  }
  const count = found.logWeights.length;
  const logs = new Float64Array(count);
  let before = -Infinity;
  for (let round = 0; round < rounds; round++) {
    const logOf = classLogDensities(found, data.cells);
    const shares = Array.from({ length: count }, () => new Float64Array(data.cells.count));
    let total = 0;
    for (let row = 0; row < data.cells.count; row++) {
      const log = logOf(row, logs) - (data.cells.logSlopes[row] as number);
      if (log === -Infinity) continue;
      total += log;
      for (let k = 0; k < count; k++) {
        const away = (logs[k] as number) - log;
        if (away > logLeastShare) (shares[k] as Float64Array)[row] = Math.exp(away);
      }
    }
    found = maximise(data, shares, found, 'full');
    if (meter) meter.work += workOf(data, count);
    if (total / data.cells.count - before < enough) break;
    before = total / data.cells.count;
    if (meter && round + 1 >= fewestRounds && meter.work >= meter.limit) break;
  }
  return found;
}
