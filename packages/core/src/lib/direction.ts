import type { Bijector, Call } from './contract.ts';
import { fold } from './seed.ts';

/** `forward` = base → data, `inverse` = data → base. */
export type Direction = 'forward' | 'inverse';

export const oppositeOf = (direction: Direction): Direction => (direction === 'inverse' ? 'forward' : 'inverse');

/** The call that the layer at `index` sees: training noise of its own. */
export const callOf = (call: Call, index: number): Call =>
  call.seed === undefined ? call : { ...call, seed: fold(call.seed, index) };

/** The order in which a direction runs through a list of layers: data meets the first layer first. */
export const orderOf = (layers: readonly Bijector[], direction: Direction): number[] => {
  const order = [...layers.keys()];
  return direction === 'inverse' ? order : order.reverse();
};
