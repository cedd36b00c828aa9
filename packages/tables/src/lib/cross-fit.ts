import { disposeParams, type Flow, type FlowParams, fold, type Seed } from '@diffeo/core';
import { score } from '@diffeo/trainer';
import type { FoldRows } from './folds/fold-rows.ts';
import type { Candidate, FitControl, Member, MemberKind } from './members/member-kind.ts';
import { type TableRows, tensorOf } from './table-rows.ts';

/** A kind of member as its folds had it. */
export interface CrossFitted {
  readonly kind: MemberKind;
  readonly setting: string;
  /** Whether more settings would have been tried in some fold, had there been work left for them. */
  readonly isCutShort: boolean;
  /** One for each fold. */
  readonly members: readonly Member[];
  /** The log-densities of the weighing rows of all folds, one fold after the other, each under the member that did not see them. */
  readonly outOfFold: Float64Array;
}

/** The log-likelihood of each row. */
export async function scoresOf(model: Flow, params: FlowParams, rows: TableRows): Promise<Float64Array> {
  const x = tensorOf(rows);
  const scores = await score(model, params, x);
  x.dispose();
  return Float64Array.from(scores);
}

/** The setting that the stopping rows of all folds like best together, among those that every fold tried. */
function bestSetting(folds: readonly (readonly Candidate[])[], rows: readonly number[]): string {
  const [first = []] = folds;
  let [best, most] = ['', -Infinity];
  for (const { setting } of first) {
    const scores = folds.map((candidates) => candidates.find((one) => one.setting === setting)?.stopScore ?? -Infinity);
    const total = scores.reduce((sum, own, i) => sum + own * (rows[i] as number), 0);
    if (total > most) [best, most] = [setting, total];
  }
  return best;
}

/**
 * Fits a kind of member in each fold, to its training rows alone, with its stopping rows to stop and choose by, and scores the fold's weighing
 * rows, which it was given in no form.
 */
export async function crossFit(
  folds: readonly FoldRows[],
  kind: MemberKind,
  {
    seed,
    signal,
    onProgress,
    scores: scored = scoresOf,
  }: FitControl & { readonly seed: Seed; readonly scores?: typeof scoresOf },
): Promise<CrossFitted> {
  const candidates: (readonly Candidate[])[] = [];
  for (const [i, { train, stop }] of folds.entries()) {
    signal?.throwIfAborted();
    const control = { signal, onProgress: (done: number) => onProgress?.((i + done) / folds.length) };
    candidates.push(await kind.fit({ train, stop }, fold(seed, i), control));
    control.onProgress(1);
  }
  const setting = bestSetting(
    candidates,
    folds.map(({ stop }) => stop.count),
  );
  const members = candidates.map((own) => (own.find((one) => one.setting === setting) as Candidate).build());
  const scores: number[] = [];
  for (const [i, { weigh }] of folds.entries()) {
    const { model, params } = members[i] as Member;
    scores.push(...(await scored(model, params, weigh)));
  }
  const isCutShort = candidates.some((own) => own.some((one) => one.isCutShort));
  return { kind, setting, isCutShort, members, outOfFold: Float64Array.from(scores) };
}

/** Gives the memory of members back. */
export function disposeMembers(members: readonly Member[]): void {
  for (const { model, params } of members) disposeParams(model.layout, params);
}
