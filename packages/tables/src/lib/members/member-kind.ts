import type { Flow, FlowParams, Seed } from '@diffeo/core';
import type { StartRows } from '../flows/front.ts';
import type { TableRows } from '../table-rows.ts';

/** A member of the mixture. Its parameters are the caller's to dispose. */
export interface Member {
  readonly model: Flow;
  readonly params: FlowParams;
}

/** One setting of a kind of member, fitted to the training rows of a fold. */
export interface Candidate {
  /** The setting in words, for the report. */
  readonly setting: string;
  /** The mean log-density of the fold's stopping rows but for a number that all settings of this kind share, nats. */
  readonly stopScore: number;
  /** Whether others would have been tried after it, had there been work left for them. */
  readonly isCutShort?: boolean;
  /** Called for one setting of a fold: the one that is taken. */
  build(): Member;
}

/** What a member is fitted to. It sees no other rows. */
export interface FitRows {
  readonly train: StartRows;
  readonly stop: TableRows;
}

/** What a fit is told beside its rows. */
export interface FitControl {
  readonly signal?: AbortSignal | undefined;
  /** Called as the fit goes on, with the share of it that is done, 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** A kind of member, of which each fold has one. */
export interface MemberKind {
  readonly name: string;
  /** About how many seconds all folds take, for what is said of progress. Default 1. */
  readonly seconds?: number;
  fit(rows: FitRows, seed: Seed, control?: FitControl): Promise<readonly Candidate[]>;
  /** The member of this setting for all rows, of kinds of which the stopping rows choose nothing but the setting. */
  refit?(rows: StartRows, setting: string, seed: Seed): Promise<Member>;
}
