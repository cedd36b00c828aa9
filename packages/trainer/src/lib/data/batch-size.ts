import { type Density, isFlow, sizeOf } from '@diffeo/core';
import { wholeNumber } from '@diffeo/core/arguments';

/** Numbers of the events of one batch: what lies between the layers of a flow of images is some dozen times as many. */
const numbersTogether = 2 ** 18;

/**
 * How many rows of data go through a flow at once where nobody says: 4096, and fewer of large events, so that a tensor of
 * them takes about a megabyte: 256 of 28 × 28, 16 of 64 × 64 × 3. A power of two, so that multiples of it are whole batches.
 */
export function rowsTogether(density: Density): number {
  // What goes through the layers may be larger than the data: margins are added to images.
  const { eventShape } = isFlow(density) ? density.bijector : density;
  const fitting = Math.max(1, numbersTogether / sizeOf(eventShape));
  return Math.min(4096, 2 ** Math.floor(Math.log2(fitting)));
}

/** How many rows go through a flow at once, as an option. */
export const rowsOption = wholeNumber({ from: 1 });
