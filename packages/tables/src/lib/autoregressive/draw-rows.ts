import { type RandomSource, randomSource, type Seed } from '@diffeo/core';
import { backAlongMarginal, type MarginalCurve } from '@diffeo/layers-elementwise';
import { drawnOf, openStates } from '../mixed/draw-row.ts';
import { type MixedColumn, missingCell } from '../mixed/mixed-column.ts';
import { rowCells, scoreOf } from '../mixed/row-cells.ts';
import { fromLine } from '../mixed/support.ts';
import { encodeNumber, encodeRows } from './encode-rows.ts';
import { maxLogit, maxNarrowness, plainShare } from './heads.ts';
import { scoreOfLogit } from './logit-score.ts';
import type { RowLayout } from './row-layout.ts';

/** What rows are drawn by. */
export interface Drawing {
  readonly layout: RowLayout;
  readonly curves: readonly MarginalCurve[];
  /** The probabilities of states among all rows. */
  readonly shares: ArrayLike<number>;
  /** In which columns training had gaps. */
  readonly gaps: readonly boolean[];
  /** What the network makes of encoded rows, `[rows × outputs]`. */
  readonly outputsOf: (encoded: Float32Array) => ArrayLike<number>;
}

const within = (a: number, bound: number): number => bound * Math.tanh(a / bound);

/** The scale of a component by its output: e^(−softplus(−a)) = σ(a). */
const scaleOf = (output: number): number => 1 / (1 + Math.exp(-within(output, maxNarrowness)));

/** The score of a number by the outputs of its row. */
function drawScore(
  { numbers, components, logits }: RowLayout,
  outputs: ArrayLike<number>,
  { begin, number }: { readonly begin: number; readonly number: number },
  temperature: number,
  source: RandomSource,
): number {
  const many = numbers.length;
  const of = (group: number, k: number): number =>
    outputs[begin + logits + (group * components + k) * many + number] as number;
  const isPlain = source.uniform() < plainShare;
  const k = drawnOf(
    Float64Array.from({ length: components }, (_, i) => of(0, i)),
    source,
  );
  const u = Math.min(1 - 1e-12, Math.max(1e-12, source.uniform()));
  const logistic = temperature * Math.log(u / (1 - u));
  return scoreOfLogit(isPlain ? logistic : of(1, k) + scaleOf(of(2, k)) * logistic);
}

/** Draws the columns of rows one after the other in their sequence, into `rows`, in which those that are given stand already. */
export function drawRows(drawing: Drawing, rows: Float64Array, seed: Seed, temperature: number): void {
  const { layout, curves, shares, gaps, outputsOf } = drawing;
  const { columns, sequence, given, going, numbers, offsets, length, spoken, logitAt, outputPlaces } = layout;
  const size = columns.length;
  const count = rows.length / size;
  if (count === 0) return;
  const front = { columns, curves, order: going.map((_, place) => place) };
  const { encoded } = encodeRows(layout, rowCells(front, rows), rows);
  const source = randomSource(seed);
  const isGiven = new Set(given);
  for (const column of sequence) {
    if (isGiven.has(column)) continue;
    const own = columns[column] as MixedColumn;
    const [first, after] = [offsets[column] as number, offsets[column + 1] as number];
    const begin = logitAt[spoken.indexOf(column)] as number;
    let outputs = outputsOf(encoded);
    for (let row = 0; row < count; row++) {
      const from = row * outputPlaces.length + begin;
      const plain = Float64Array.from({ length: after - first }, (_, i) => Math.log(shares[first + i] as number));
      const isPlain = source.uniform() < plainShare;
      const logs = isPlain ? plain : plain.map((log, i) => log + within(outputs[from + i] as number, maxLogit));
      const state = drawnOf(openStates(own, logs, {}, gaps[column] === true), source);
      encoded[row * length + first + state] = 1;
      if (state === own.atoms.length + 1) rows[row * size + column] = missingCell;
      else if (state < own.atoms.length) rows[row * size + column] = own.atoms[state] as number;
    }
    if (!own.continues) continue;
    outputs = outputsOf(encoded);
    const [place, number] = [going.indexOf(column), numbers.indexOf(column)];
    const curve = curves[place] as MarginalCurve;
    for (let row = 0; row < count; row++) {
      const at = row * size + column;
      if (!Number.isNaN(rows[at] as number)) continue;
      const score = drawScore(layout, outputs, { begin: row * outputPlaces.length, number }, temperature, source);
      const value = fromLine(own, backAlongMarginal(curve, score));
      rows[at] = value;
      const known = scoreOf(own, curve, value);
      const numeric = { score: Number.isNaN(known.score) ? score : known.score, value };
      encodeNumber(layout, encoded.subarray(row * length, (row + 1) * length), place, numeric);
    }
  }
}
