import type { FlowParams } from '@diffeo/core';
import type { Capabilities } from '../../options.ts';
import { type Trial, valuesByPath } from '../../trial/trial.ts';

type Kinks = NonNullable<Capabilities['kinks']>;

/** In which piece each number of each row lies: how many kinks there are up to it. */
function piecesOf(trial: Trial, kinks: Kinks, values: ArrayLike<number>, size: number, params: FlowParams): Int32Array {
  const own = valuesByPath(trial, params);
  const places = Array.from({ length: size }, (_, index) => kinks(own, index));
  return Int32Array.from({ length: values.length }, (_, i) => {
    const value = values[i] as number;
    return (places[i % size] as readonly number[]).filter((kink) => kink <= value).length;
  });
}

/** The rows whose numbers stay each in its piece, wherever the parameters go: no kink passes them. */
export function unbrokenRows(
  trial: Trial,
  kinks: Kinks,
  values: ArrayLike<number>,
  size: number,
  ends: readonly FlowParams[],
): readonly number[] {
  const start = piecesOf(trial, kinks, values, size, trial.params);
  const moved = ends.map((params) => piecesOf(trial, kinks, values, size, params));
  return Array.from({ length: values.length / size }, (_, row) => row).filter((row) =>
    moved.every((pieces) => pieces.subarray(row * size, (row + 1) * size).every((p, i) => p === start[row * size + i])),
  );
}
