import { DiffeoError, fold, type Mixture, type MixtureParams, mixture, type Seed } from '@diffeo/core';
import { oneOf, requireOptions, seedNumber } from '@diffeo/core/arguments';
import { tensor1d } from '@tensorflow/tfjs-core';
import { type CrossFitted, crossFit, disposeMembers } from './cross-fit.ts';
import { foldsOf } from './folds/folds.ts';
import { memberWeights, mixedScores } from './folds/member-weights.ts';
import type { Member } from './members/member-kind.ts';
import { type Effort, recipeFor } from './recipe.ts';
import type { TableRows } from './table-rows.ts';

/** How to fit a table. */
export interface TableFlowOptions {
  /** Default `standard`. */
  readonly effort?: Effort;
  /** Draws folds, starts, batches and noise: the same seed gives the same density. Default 0. */
  readonly seed?: Seed;
  readonly signal?: AbortSignal;
  /** Called as work goes on, with the share that is done, 0 to 1, and what is done next. */
  readonly onProgress?: (done: number, what: string) => void;
}

/** A kind of member and its share. */
export interface MemberShare {
  readonly name: string;
  /** The setting that was chosen, if there was one to choose. */
  readonly setting: string;
  readonly members: number;
  readonly weight: number;
  /** The mean negative log-likelihood of rows that the member did not see, nats. */
  readonly nll: number;
}

/** The density of a table. */
export interface TableFitted {
  /** Its parameters are the caller's to dispose. */
  readonly model: Mixture;
  readonly params: MixtureParams;
  readonly shares: readonly MemberShare[];
  /** The log-likelihood of each row that no fold's member saw, under the mixture of that fold's members: half of the rows of a small table, a tenth of a large one's. */
  readonly outOfFold: Float64Array;
  /** What was chosen and why, five lines at most. */
  readonly explanation: readonly string[];
}

/** The Gaussian keeps so much, so that no row is more than 7 nats below it. */
const gaussianFloor = 2e-3;
/** A kind that weighs less is left out. */
const leastWeight = 2e-3;
/** Fewer rows than this have no folds. */
const fewestRows = 16;

function requireTable({ values, count, size }: TableRows): void {
  if (!(count >= fewestRows && size >= 1 && values.length === count * size)) {
    throw new DiffeoError(
      'DATA',
      `tableFlow takes at least ${fewestRows} rows, as { values, count, size } with count × size values; got ${values?.length} values, ${count} rows of ${size}`,
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const place = `row ${Math.floor(bad / size)}, column ${bad % size} (both counted from 0)`;
    throw new DiffeoError('NOT_FINITE', `tableFlow: ${values[bad]} in ${place}. Remove or fill in such values first.`);
  }
}

/** The members that stand for a kind in the mixture: those of its folds, or one for all rows. */
async function finalMembers(
  table: TableRows,
  fitted: CrossFitted,
  folds: number,
  seed: Seed,
): Promise<readonly Member[]> {
  const { kind, setting, members } = fitted;
  if (!kind.refit || (folds > 1 && setting !== '')) return members;
  disposeMembers(members);
  return [await kind.refit(table, setting, seed)];
}

const nats = (value: number): string => value.toFixed(2);

function explain(reasons: readonly string[], shares: readonly MemberShare[]): readonly string[] {
  const sorted = [...shares].sort((a, b) => b.weight - a.weight);
  const told = sorted.map(({ name, setting, weight, nll }) => {
    const many = setting === '' ? '' : ` of ${setting}`;
    return `${Math.round(100 * weight)} % ${name}${many} (${nats(nll)} nats alone)`;
  });
  return [...reasons, `weights, by rows that no member saw: ${told.join(', ')}`];
}

/**
 * The density of a table of numbers: a mixture of what can be fitted to so many rows and columns, weighed by rows that nothing was fitted to.
 *
 * A small table is cut into folds. In each, every kind of member starts and trains on the fold's training rows alone, and one half of
 * the rows that are left out stops it; the other half, of all folds together, weighs the kinds by expectation and maximisation. A large table is cut once. The Gaussian of full covariance keeps
 * a thousandth at least: no row is more than 7 nats below it.
 *
 * @throws DiffeoError `DATA` for too few rows, `NOT_FINITE`, `CONFIG`; whatever `signal` was aborted with.
 */
export async function tableFlow(table: TableRows, options: TableFlowOptions = {}): Promise<TableFitted> {
  requireOptions<TableFlowOptions>('tableFlow', options, {
    effort: oneOf('fast', 'standard', 'best'),
    seed: seedNumber,
    signal: { test: (value) => value instanceof AbortSignal, expected: 'an AbortSignal' },
    onProgress: { test: (value) => typeof value === 'function', expected: 'a function' },
  });
  requireTable(table);
  const { effort = 'standard', seed = 0, signal, onProgress } = options;
  const { folds: count, kinds, reasons } = recipeFor(table, effort);
  const folds = foldsOf(table.count, count, seed);
  const fitted: CrossFitted[] = [];
  for (const [i, kind] of kinds.entries()) {
    onProgress?.(i / kinds.length, kind.name);
    fitted.push(await crossFit(table, folds, kind, { seed: fold(seed, kind.name), signal }));
  }
  const floors = kinds.map((_, i) => (i === 0 ? gaussianFloor : 0));
  const all = memberWeights(
    fitted.map(({ outOfFold }) => outOfFold),
    floors,
  );
  // A kind that weighs next to nothing is left out, and the others are weighed again.
  const isTaken = (_: CrossFitted, i: number): boolean => i === 0 || (all[i] as number) >= leastWeight;
  const taken = fitted.filter(isTaken);
  for (const { members } of fitted.filter((own, i) => !isTaken(own, i))) disposeMembers(members);
  const logs = taken.map(({ outOfFold }) => outOfFold);
  const weights = memberWeights(
    logs,
    taken.map((_, i) => (i === 0 ? gaussianFloor : 0)),
  );
  const members: Member[] = [];
  const logits: number[] = [];
  const shares: MemberShare[] = [];
  for (const [i, own] of taken.entries()) {
    const final = await finalMembers(table, own, count, fold(seed, own.kind.name));
    const weight = weights[i] as number;
    members.push(...final);
    logits.push(...final.map(() => Math.log(weight / final.length)));
    const nll = -own.outOfFold.reduce((sum, log) => sum + log, 0) / own.outOfFold.length;
    shares.push({ name: own.kind.name, setting: own.setting, members: final.length, weight, nll });
  }
  onProgress?.(1, '');
  return {
    model: mixture(members.map(({ model }) => model)),
    params: { logits: tensor1d(logits), members: members.map(({ params }) => params) as never },
    shares,
    outOfFold: mixedScores(logs, weights),
    explanation: explain(reasons, shares),
  };
}
