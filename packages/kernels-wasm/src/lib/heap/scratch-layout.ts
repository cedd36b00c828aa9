/** One scratch given out in pieces, one after another, each beginning on a line of the cache. */
export interface ScratchLayout<Name extends string> {
  /** How many bytes they take together. */
  readonly bytes: number;
  /** Where each begins, from the beginning of the scratch. */
  readonly at: Readonly<Record<Name, number>>;
}

/** Lays out pieces of so many bytes. */
export function scratchLayout<Name extends string>(sizes: Readonly<Record<Name, number>>): ScratchLayout<Name> {
  const at: Partial<Record<Name, number>> = {};
  let bytes = 0;
  for (const [name, size] of Object.entries(sizes) as [Name, number][]) {
    at[name] = bytes;
    bytes += 64 * Math.ceil(size / 64);
  }
  return { bytes, at: at as Record<Name, number> };
}
