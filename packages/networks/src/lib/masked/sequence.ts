import { DiffeoError, shuffled } from '@diffeo/core';

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
export function requireSequence(list: readonly number[], size: number): void {
  const isOne = list.length === size && new Set(list).size === size && list.every((input) => input < size);
  if (isOne) return;
  const got = `${list.length} entries: ${list.slice(0, 20).join(', ')}`;
  throw new DiffeoError('SHAPE', `the sequence must hold each of 0 … ${size - 1} once; got ${got}`);
}

/** Where each input stands in the sequence, from 0. */
export function placesOf(sequence: Int32Array): Int32Array {
  const places = new Int32Array(sequence.length);
  for (const [place, input] of sequence.entries()) places[input] = place;
  return places;
}
