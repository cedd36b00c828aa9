import { fold, type Mixture, type MixtureParams, mixture, type Seed } from '@diffeo/core';
import { tensor1d } from '@tensorflow/tfjs-core';
import { type CrossFitted, crossFit, disposeMembers, scoresOf } from './cross-fit.ts';
import { type StartRows, startRows } from './flows/front.ts';
import { foldRows } from './folds/fold-rows.ts';
import { foldsOf } from './folds/folds.ts';
import { memberWeights, mixedScores } from './folds/member-weights.ts';
import type { Member, MemberKind } from './members/member-kind.ts';
import type { Recipe } from './recipe.ts';
import type { TableRows } from './table-rows.ts';

/** How members are fitted and mixed. */
export interface MixOptions {
  readonly seed: Seed;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, what: string) => void) | undefined;
  /** The log-likelihood of each row under a member. Default {@link scoresOf}. */
  readonly scores?: typeof scoresOf;
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

/** The first kind of a recipe keeps so much, so that no row is more than 7 nats below it. */
const firstFloor = 2e-3;
/** A kind that weighs less is left out. */
const leastWeight = 2e-3;

/** The members that stand for a kind in the mixture: those of its folds, or one for all rows. */
async function finalMembers(
  table: StartRows,
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

function explain(
  reasons: readonly string[],
  shares: readonly MemberShare[],
  cut: readonly string[],
): readonly string[] {
  const sorted = [...shares].sort((a, b) => b.weight - a.weight);
  const told = sorted.map(({ name, setting, weight, nll }) => {
    const many = setting === '' ? '' : ` of ${setting}`;
    return `${Math.round(100 * weight)} % ${name}${many} (${nats(nll)} nats alone)`;
  });
  const weights = `weights, by rows that no member saw: ${told.join(', ')}`;
  if (cut.length === 0) return [...reasons, weights];
  return [
    ...reasons,
    weights,
    `the work that this effort is worth was done before all numbers of components were tried: ${cut.join(', ')}`,
  ];
}

/**
 * Fits the kinds of a recipe in folds, each to the rows of its fold alone, and mixes them by the rows that no member of their fold saw. The first kind always takes part.
 */
export async function mixMembers(
  table: TableRows,
  { folds: count, kinds, reasons, keepsFold = false }: Recipe,
  { seed, signal, onProgress, scores = scoresOf }: MixOptions,
): Promise<TableFitted> {
  const folds = foldRows(table, foldsOf(table.count, count, seed));
  const fitted: CrossFitted[] = [];
  const all = startRows(table);
  const secondsOf = ({ seconds = 1 }: MemberKind): number => seconds;
  const total = kinds.reduce((sum, kind) => sum + secondsOf(kind), 0);
  let before = 0;
  for (const kind of kinds) {
    const seconds = secondsOf(kind);
    const told = (done: number): void => onProgress?.((before + done * seconds) / total, kind.name);
    told(0);
    fitted.push(await crossFit(folds, kind, { seed: fold(seed, kind.name), signal, scores, onProgress: told }));
    before += seconds;
  }
  const floors = kinds.map((_, i) => (i === 0 ? firstFloor : 0));
  const first = memberWeights(
    fitted.map(({ outOfFold }) => outOfFold),
    floors,
  );
  // A kind that weighs next to nothing is left out, and the others are weighed again.
  const isTaken = (_: CrossFitted, i: number): boolean => i === 0 || (first[i] as number) >= leastWeight;
  const taken = fitted.filter(isTaken);
  for (const { members } of fitted.filter((own, i) => !isTaken(own, i))) disposeMembers(members);
  const logs = taken.map(({ outOfFold }) => outOfFold);
  const weights = memberWeights(
    logs,
    taken.map((_, i) => (i === 0 ? firstFloor : 0)),
  );
  const members: Member[] = [];
  const logits: number[] = [];
  const shares: MemberShare[] = [];
  for (const [i, own] of taken.entries()) {
    const final = keepsFold ? own.members : await finalMembers(all, own, count, fold(seed, own.kind.name));
    const weight = weights[i] as number;
    members.push(...final);
    logits.push(...final.map(() => Math.log(weight / final.length)));
    const nll = -own.outOfFold.reduce((sum, log) => sum + log, 0) / own.outOfFold.length;
    shares.push({ name: own.kind.name, setting: own.setting, members: final.length, weight, nll });
  }
  await all.dispose();
  for (const { train } of folds) await train.dispose();
  onProgress?.(1, '');
  return {
    model: mixture(members.map(({ model }) => model)),
    params: { logits: tensor1d(logits), members: members.map(({ params }) => params) as never },
    shares,
    outOfFold: mixedScores(logs, weights),
    explanation: explain(
      reasons,
      shares,
      fitted.filter(({ isCutShort }) => isCutShort).map(({ kind }) => kind.name),
    ),
  };
}
