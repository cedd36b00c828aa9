import { DiffeoError, isDiffeoError, type Site, shuffled } from '@diffeo/core';
import { array, integer, literal, minValue, number, optional, pipe, safeInteger, strictObject, union } from 'valibot';

/**
 * In which sequence inputs are seen: as they come, `reverse`, a random one by `{ seed }`, or a list of the inputs, first
 * that which depends on none. Default `forward`.
 */
export const sequenceEntry = optional(
  union(
    [
      literal('forward'),
      literal('reverse'),
      strictObject({ seed: pipe(number(), safeInteger()) }),
      array(pipe(number(), integer(), minValue(0))),
    ],
    "takes 'forward', 'reverse', { seed: a whole number } or a list of all inputs in sequence",
  ),
  'forward',
);

/** The sequence of an autoregressive network's inputs, as its configuration says it. */
export type SequenceConfig = 'forward' | 'reverse' | { readonly seed: number } | readonly number[];

/**
 * The inputs in sequence: `sequence[0]` comes first and depends on none of the others. It lists inputs by place; where each input
 * stands is the inverse permutation, {@link placesOf}.
 */
export function sequenceOf(config: SequenceConfig, size: number): Int32Array {
  if (config === 'forward') return Int32Array.from({ length: size }, (_, i) => i);
  if (config === 'reverse') return Int32Array.from({ length: size }, (_, i) => size - 1 - i);
  if ('seed' in config) return Int32Array.from(shuffled(size, config.seed));
  requireSequence(config, size);
  return Int32Array.from(config);
}

/** Throws `SHAPE` for a list that does not hold each of 0 … size − 1 once. */
function requireSequence(list: readonly number[], size: number): void {
  const isOne = list.length === size && new Set(list).size === size && list.every((input) => input < size);
  if (isOne) return;
  const got = `${list.length} entries: ${list.slice(0, 20).join(', ')}`;
  throw new DiffeoError('SHAPE', `the sequence must hold each of 0 … ${size - 1} once; got ${got}`);
}

/** {@link requireSequence} for a configuration, naming the part that it is of. */
export function holdSequence(config: SequenceConfig, size: number, fail: Site['fail']): void {
  if (typeof config === 'string' || 'seed' in config) return;
  try {
    requireSequence(config, size);
  } catch (error) {
    if (isDiffeoError(error)) fail(error.message);
    throw error;
  }
}

/** Where each input stands in the sequence, from 0. */
export function placesOf(sequence: Int32Array): Int32Array {
  const places = new Int32Array(sequence.length);
  for (const [place, input] of sequence.entries()) places[input] = place;
  return places;
}
