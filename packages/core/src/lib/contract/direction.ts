import { childOf } from '../params/seed.ts';
import type { Bijector } from './parts/bijector.ts';
import type { Call } from './parts/part.ts';

/** `forward` = base → data, `inverse` = data → base. */
export type Direction = 'forward' | 'inverse';

export const oppositeOf = (direction: Direction): Direction => (direction === 'inverse' ? 'forward' : 'inverse');

/** The call that a part inside of another sees: training noise of its own, by the part's name or number. */
export const callOf = (call: Call, part: string | number): Call =>
  call.seed === undefined ? call : { ...call, seed: childOf(call.seed, part) };

/** A list in the order in which a direction runs through it: data meets what is first in it first. */
export const inOrder = <T>(list: readonly T[], direction: Direction): readonly T[] =>
  direction === 'inverse' ? list : [...list].reverse();

/** The places of layers in that order. */
export const orderOf = (layers: readonly Bijector[], direction: Direction): readonly number[] =>
  inOrder([...layers.keys()], direction);
