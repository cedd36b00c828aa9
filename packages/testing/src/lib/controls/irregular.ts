/**
 * Numbers in [0, 1) that no seed of a call repeats: what Math.random() is to a layer that uses it, and yet the same in
 * every run of the kit, so that what catches it is the same too. Multiples of the golden ratio, modulo 1.
 */
export function irregular(): () => number {
  let count = 0;
  return () => (++count * 0.6180339887498949) % 1;
}
