import { stateOffsets } from '../mixed/class-model.ts';
import { continuingColumns, type MixedColumn, stateCount } from '../mixed/mixed-column.ts';

/** What a network of a mixed table has to say of, and where everything stands. */
export interface LayoutOptions {
  readonly columns: readonly MixedColumn[];
  /** Which columns are the context, by their places. */
  readonly given: readonly number[];
  /** All columns, those that are given first: each depends on those before it. */
  readonly sequence: readonly number[];
  /** Logistic distributions in the mixture of a number. */
  readonly components: number;
}

/**
 * Where the parts of a row stand in what a network takes and returns. A column takes two places of the sequence: its state, and its number where it goes on.
 *
 * A row is encoded as `[features | logits of scores | cells before | cells behind | present]`: features are a 1 for each state, the scores of numbers and the places of dates in their periods.
 */
export interface RowLayout extends LayoutOptions {
  /** The places of columns that go on, and of these those that are not given: densities first, then rounded ones. */
  readonly going: readonly number[];
  readonly numbers: readonly number[];
  readonly densities: number;
  /** Where the states of each column begin among features, and after the last how many there are. */
  readonly offsets: readonly number[];
  /** Of each column that goes on, where its score stands among features; its periods' cosines and sines are behind it. */
  readonly scoreAt: readonly number[];
  readonly features: number;
  /** The length of an encoded row. */
  readonly length: number;
  /** Of each feature and each output, when it is known in the sequence. */
  readonly featurePlaces: Int32Array;
  readonly outputPlaces: Int32Array;
  /** The columns whose states have outputs, and where these begin. */
  readonly spoken: readonly number[];
  readonly logitAt: readonly number[];
  /** Outputs for states; the parameters of numbers, `3 × components` groups of one for each, are behind them. */
  readonly logits: number;
}

/** The layout of rows. */
export function rowLayout(options: LayoutOptions): RowLayout {
  const { columns, given, sequence, components } = options;
  const going = continuingColumns(columns);
  const offsets = stateOffsets(columns);
  const placeOf = new Int32Array(columns.length);
  for (const [place, column] of sequence.entries()) placeOf[column] = 2 * place;
  const place = (column: number): number => placeOf[column] as number;
  const featurePlaces: number[] = columns.flatMap((column, i) => new Array(stateCount(column)).fill(place(i)));
  const scoreAt: number[] = [];
  for (const column of going) {
    scoreAt.push(featurePlaces.length);
    const own = 1 + 2 * (columns[column] as MixedColumn).periods.length;
    for (let i = 0; i < own; i++) featurePlaces.push(place(column) + 1);
  }
  const isGiven = new Set(given);
  const isRounded = (column: number): boolean => columns[column]?.step !== null;
  const open = going.filter((column) => !isGiven.has(column));
  const numbers = [...open.filter((column) => !isRounded(column)), ...open.filter(isRounded)];
  const spoken = [...columns.keys()].filter((column) => !isGiven.has(column));
  const outputPlaces: number[] = [];
  const logitAt = spoken.map((column) => {
    const begin = outputPlaces.length;
    outputPlaces.push(...new Array(stateCount(columns[column] as MixedColumn)).fill(place(column)));
    return begin;
  });
  const logits = outputPlaces.length;
  for (let group = 0; group < 3 * components; group++) {
    outputPlaces.push(...numbers.map((column) => place(column) + 1));
  }
  const features = featurePlaces.length;
  return {
    ...options,
    ...{ going, numbers, densities: open.filter((column) => !isRounded(column)).length, offsets, scoreAt, features },
    length: features + 4 * numbers.length,
    featurePlaces: Int32Array.from(featurePlaces),
    outputPlaces: Int32Array.from(outputPlaces),
    ...{ spoken, logitAt, logits },
  };
}
