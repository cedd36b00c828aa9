import type { RandomSource } from '@diffeo/core';
import { backAlongMarginal } from '@diffeo/layers-elementwise';
import { classLogDensities } from './class-density.ts';
import { type ClassModel, stateOffsets } from './class-model.ts';
import { type Chain, chainsOf, conditional } from './gaussian-chain.ts';
import { continuingColumns, type MixedColumn, missingCell } from './mixed-column.ts';
import { type RowCells, rowCells, scoreOf } from './row-cells.ts';
import { fromLine } from './support.ts';

/** How open cells are filled. */
export interface DrawOptions {
  /** Whether an open cell may come out missing, as often as in the data. Default true. */
  readonly canBeMissing?: boolean;
  /** Scales the Gaussians about their means. Default 1. */
  readonly temperature?: number;
}

/** One of some places, as likely as their logarithms say. */
export function drawnOf(logs: ArrayLike<number>, source: RandomSource): number {
  let most = -Infinity;
  for (let i = 0; i < logs.length; i++) most = Math.max(most, logs[i] as number);
  if (most === -Infinity) return source.integer(logs.length);
  let total = 0;
  for (let i = 0; i < logs.length; i++) total += Math.exp((logs[i] as number) - most);
  let rest = source.uniform() * total;
  for (let i = 0; i < logs.length; i++) {
    rest -= Math.exp((logs[i] as number) - most);
    if (rest < 0) return i;
  }
  return logs.length - 1;
}

/** What a cell that is left open may be: what training has seen, and a number where there are numbers. */
export function openStates(
  { atoms, continues }: MixedColumn,
  logs: Float64Array,
  { canBeMissing = true }: DrawOptions,
  seenMissing: boolean,
): Float64Array {
  const other = atoms.length;
  return logs.map((log, state) => {
    if (state === other && !continues) return -Infinity;
    return state === other + 1 && !(canBeMissing && seenMissing) ? -Infinity : log;
  });
}

/** One class of a model, its weights aside. */
interface Numbers {
  readonly model: ClassModel;
  readonly going: readonly number[];
  readonly chain: Chain;
  readonly k: number;
}

/** Draws the numbers that are open, each given those before, into the row. */
function drawNumbers(
  { model, going, chain, k }: Numbers,
  row: Float64Array,
  isOpen: (place: number) => boolean,
  cells: RowCells,
  { temperature = 1 }: DrawOptions,
  source: RandomSource,
): void {
  const { columns, curves, means } = model;
  const away = new Float64Array(chain.present.length);
  for (const [i, place] of chain.present.entries()) {
    const { mean, deviation } = conditional(chain, means, curves.length, k, i, away);
    const at = going[place] as number;
    const [column, curve] = [columns[at] as MixedColumn, curves[place] as ClassModel['curves'][number]];
    let score = cells.scores[place] as number;
    if (isOpen(at)) {
      score = mean + temperature * deviation * source.normal();
      row[at] = fromLine(column, backAlongMarginal(curve, score));
      // Those behind are conditioned on the middle of its cell, as they are scored.
      if (column.step !== null) ({ score } = scoreOf(column, curve, row[at] as number));
    }
    away[i] = (score - mean) / deviation;
  }
}

/**
 * What draws the open cells (NaN) of a row given the others, in place: a class by how likely each is, given what is known, then the states of the open cells and
 * their numbers. `seenMissing` says of which columns training had gaps.
 */
export function rowDrawer(model: ClassModel, seenMissing: readonly boolean[], options: DrawOptions = {}) {
  const { columns, logWeights, tables } = model;
  const going = continuingColumns(columns);
  const offsets = stateOffsets(columns);
  const states = offsets.at(-1) as number;
  const chains = chainsOf(model);
  const logs = new Float64Array(logWeights.length);
  return (row: Float64Array, source: RandomSource): void => {
    const open = columns.map((_, i) => Number.isNaN(row[i] as number));
    if (open.every(Boolean)) logs.set(logWeights);
    else classLogDensities(model, rowCells(model, row))(0, logs);
    const k = drawnOf(logs, source);
    for (const [i, column] of columns.entries()) {
      if (!open[i]) continue;
      const own = tables.subarray(k * states + (offsets[i] as number), k * states + (offsets[i + 1] as number));
      const state = drawnOf(openStates(column, own, options, seenMissing[i] === true), source);
      if (state < column.atoms.length) row[i] = column.atoms[state] as number;
      else row[i] = state === column.atoms.length ? Number.NaN : missingCell;
    }
    const known = rowCells(model, row);
    const isOpen = (at: number): boolean => Number.isNaN(row[at] as number);
    // What is known comes first, whatever the order of the model. Numbers beyond a bound say nothing of others.
    const present = [
      ...model.order.filter((place) => !Number.isNaN(known.scores[place] as number)),
      ...model.order.filter((place) => isOpen(going[place] as number)),
    ];
    drawNumbers({ model, going, chain: chains(present), k }, row, isOpen, known, options, source);
  };
}
