import type { MixedColumn } from '../mixed/mixed-column.ts';
import type { RowCells } from '../mixed/row-cells.ts';
import { logitScore } from './logit-score.ts';
import type { RowLayout } from './row-layout.ts';

/** Features saturate out here, in normal scores, so that a far row is a rare row and not an absurd one. */
const saturation = 4;
/** A cell without an end has one here, in logits. */
const farthest = 100;

/** The features of one number, into an encoded row: its score, and where a date stands in its periods. */
export function encodeNumber(
  { scoreAt, columns, going }: RowLayout,
  row: Float32Array,
  place: number,
  { score, value }: { readonly score: number; readonly value: number },
): void {
  const at = scoreAt[place] as number;
  row[at] = saturation * Math.tanh(score / saturation);
  const { periods } = columns[going[place] as number] as MixedColumn;
  for (const [i, period] of periods.entries()) {
    const angle = 2 * Math.PI * (value / period - Math.floor(value / period));
    row[at + 1 + 2 * i] = Math.cos(angle);
    row[at + 2 + 2 * i] = Math.sin(angle);
  }
}

/**
 * Rows as a network takes them, `[rows × layout.length]`, and what is to be added to the log-density of each for the slopes of the logits of scores.
 *
 * @param values `[rows × columns]`, of which `cells` are made. Of columns without an open cell.
 */
export function encodeRows(layout: RowLayout, cells: RowCells, values: ArrayLike<number>) {
  const { columns, going, numbers, offsets, features, length } = layout;
  const size = columns.length;
  const many = numbers.length;
  const encoded = new Float32Array(cells.count * length);
  const logSlopes = new Float64Array(cells.count);
  const places = numbers.map((column) => going.indexOf(column));
  for (let row = 0; row < cells.count; row++) {
    const own = encoded.subarray(row * length, (row + 1) * length);
    for (let i = 0; i < size; i++) {
      const state = cells.states[row * size + i] as number;
      if (state >= 0) own[(offsets[i] as number) + state] = 1;
    }
    for (let place = 0; place < going.length; place++) {
      const score = cells.scores[row * going.length + place] as number;
      const value = values[row * size + (going[place] as number)] as number;
      if (!Number.isNaN(score)) encodeNumber(layout, own, place, { score, value });
    }
    for (let i = 0; i < many; i++) {
      const at = row * going.length + (places[i] as number);
      const score = cells.scores[at] as number;
      if (Number.isNaN(score)) continue;
      const { value, logSlope } = logitScore(score);
      own[features + i] = value;
      own[features + 3 * many + i] = 1;
      const [begin, end] = [cells.begins[at] as number, cells.ends[at] as number];
      if (Number.isNaN(begin)) {
        logSlopes[row] = (logSlopes[row] as number) + logSlope;
        continue;
      }
      own[features + many + i] = Math.min(farthest, value - logitScore(begin).value);
      own[features + 2 * many + i] = Math.min(farthest, logitScore(end).value - value);
    }
  }
  return { encoded, logSlopes };
}
