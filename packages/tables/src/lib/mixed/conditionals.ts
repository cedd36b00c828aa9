import {
  type Density,
  DiffeoError,
  fold,
  isFlow,
  type Mixture,
  type MixtureParams,
  randomSource,
  type Seed,
} from '@diffeo/core';
import { autoregressiveRows } from '../autoregressive/autoregressive-rows.ts';
import { classScores, logSum } from './class-density.ts';
import type { ClassModel } from './class-model.ts';
import { type DrawOptions, drawnOf, rowDrawer } from './draw-row.ts';
import { missingCell, openCell } from './mixed-column.ts';
import { classModelOf, gapsOf, type MixedRowsConfig, type MixedRowsParams, mixedRows } from './mixed-rows.ts';
import { readRows } from './read-rows.ts';
import { rowCells } from './row-cells.ts';

/** How open cells are drawn. */
export interface FillOptions extends Pick<DrawOptions, 'canBeMissing'> {
  readonly seed: Seed;
}

/**
 * What a mixed model says of some columns given others. Rows are of all its columns, those of its context among them in their places: numbers
 * as the model takes them, {@link missingCell} for a value that is missing, NaN for a cell that is left open.
 */
export interface Conditionals {
  /** Columns of a row. */
  readonly size: number;
  /** Which of them are the context of the model, by their places. */
  readonly context: readonly number[];
  /** The weight in the model of the members that have conditionals, 0 to 1. Networks have none but given the context, and what is said here is of the others alone. */
  readonly share: number;
  /** The log-density of the cells that are not open, `[rows]`, nats: the others are summed and integrated out. Given the context, where there is one. */
  logProb(rows: ArrayLike<number>): Float64Array;
  /** The rows with every open cell drawn given the others of its row. */
  fill(rows: ArrayLike<number>, options: FillOptions): Float64Array;
  /**
   * `[rows × columns]`: by how much the log-density of each row rises, nats, in the mean of `draws` (default 16), when one column is drawn anew given all others, and not missing. A column that
   * does not go with the others has a large gain. 0 for columns of the context and for values that are missing.
   */
  columnGains(rows: ArrayLike<number>, options: { readonly seed: Seed; readonly draws?: number }): Float64Array;
}

interface Member {
  readonly model: ClassModel;
  readonly gaps: readonly boolean[];
  readonly given: readonly number[];
  readonly logWeight: number;
}

/** The members of a density of mixed rows that have conditionals; `null` where it is another density. */
function membersOf(model: Density, params: unknown, logWeight: number): readonly Member[] | null {
  if (isFlow(model)) {
    const { base, layers } = model.spec;
    if (layers.length > 0) return null;
    if (base?.$type === autoregressiveRows.type) return [];
    if (base?.$type !== mixedRows.type) return null;
    const config = base.config as MixedRowsConfig;
    const own = (params as { readonly base: MixedRowsParams }).base;
    return [{ model: classModelOf(config, own), gaps: gapsOf(own), given: config.given, logWeight }];
  }
  const { logits, members } = params as MixtureParams;
  const weights = Float64Array.from(readRows(logits));
  const total = logSum(weights);
  const found: Member[] = [];
  for (const [i, member] of (model as Mixture).members.entries()) {
    const own = membersOf(member, members[i], logWeight + (weights[i] as number) - total);
    if (!own) return null;
    found.push(...own);
  }
  return found;
}

/** Whether a density is one of mixed rows, as `mixedTable` gives it. */
export function isMixedModel(model: Density): boolean {
  if (isFlow(model)) {
    const { base, layers } = model.spec;
    return layers.length === 0 && (base?.$type === mixedRows.type || base?.$type === autoregressiveRows.type);
  }
  return (model as Mixture).members.every(isMixedModel);
}

const logAdd = (a: number, b: number): number => {
  const most = Math.max(a, b);
  return most === -Infinity ? most : most + Math.log(Math.exp(a - most) + Math.exp(b - most));
};

/**
 * The conditionals of a mixed model, exactly and in closed form: of any of its columns given any others. Members that are networks have none: what is left is the mixture of the others, whose weight
 * is `share`. To condition with all members, fit with `context`. Reads the parameters once.
 *
 * @throws DiffeoError `SPEC` for a density that has none.
 */
export function conditionals(model: Density, params: unknown): Conditionals {
  const found = membersOf(model, params, 0);
  const [first] = found ?? [];
  if (!found || !first) {
    throw new DiffeoError(
      'SPEC',
      'only a density of mixed rows, as mixedTable() gives it, has conditionals of any columns',
    );
  }
  const logShare = logSum(Float64Array.from(found, ({ logWeight }) => logWeight));
  const members = found.map((own) => ({ ...own, logWeight: own.logWeight - logShare }));
  const size = first.model.columns.length;
  const { given } = first;
  const isGiven = Array.from({ length: size }, (_, i) => given.includes(i));

  /** `[members]` of the log-densities of rows, with weights. */
  function memberScores(rows: ArrayLike<number>): readonly Float64Array[] {
    const context =
      given.length > 0 ? Float64Array.from(rows, (value, at) => (isGiven[at % size] ? value : openCell)) : null;
    return members.map(({ model: own, logWeight }) => {
      const scores = classScores(own, rowCells(own, rows));
      const before = context && classScores(own, rowCells(own, context));
      return scores.map((log, row) => logWeight + log - (before?.[row] ?? 0));
    });
  }
  const logProb = (rows: ArrayLike<number>): Float64Array =>
    memberScores(rows).reduce((sum, own) => sum.map((log, row) => logAdd(log, own[row] as number)));

  function fill(rows: ArrayLike<number>, { seed, ...options }: FillOptions): Float64Array {
    const filled = Float64Array.from(rows);
    const scores = memberScores(rows);
    const drawers = members.map((own) => rowDrawer(own.model, own.gaps, options));
    for (let row = 0; row < rows.length / size; row++) {
      const source = randomSource(fold(seed, row));
      const chosen = drawnOf(
        scores.map((own) => own[row] as number),
        source,
      );
      drawers[chosen]?.(filled.subarray(row * size, (row + 1) * size), source);
    }
    return filled;
  }

  return {
    size,
    context: given,
    share: Math.exp(logShare),
    logProb,
    fill,
    columnGains: (rows, { seed, draws = 16 }) => {
      const gains = new Float64Array(rows.length);
      const before = logProb(rows);
      for (let i = 0; i < size; i++) {
        if (isGiven[i]) continue;
        const open = Float64Array.from(rows, (value, at) => (at % size === i ? openCell : value));
        for (let draw = 0; draw < draws; draw++) {
          const anew = logProb(fill(open, { seed: fold(fold(seed, i), draw), canBeMissing: false }));
          for (const [row, log] of anew.entries()) {
            const at = row * size + i;
            if (rows[at] === missingCell) continue;
            gains[at] = (gains[at] as number) + (log - (before[row] as number)) / draws;
          }
        }
      }
      return gains;
    },
  };
}
