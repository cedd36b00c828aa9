// V8 can be told to make one instruction of 256 bits of two of 128 that do the same to neighbours in memory
// (--experimental-wasm-revectorize). Sums then take half as many registers, and loops are at their best with twice as many.

let wide = false;

/** Whether the engine does that. */
export function isSimd256(): bool {
  return wide;
}

/** Says whether it does. Results are the same to the bit. */
export function setSimd256(to: bool): void {
  wide = to;
}
