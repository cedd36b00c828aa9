/** So many rows of a table fit into an address. */
export const sharedRows = 600;
/** Fewer say too little. */
export const leastRows = 20;

const headBytes = 16;

/** Rows of two columns, of which no more than {@link sharedRows}, evenly taken, as the columns' ranges and 16 bits a number. */
export function packTable(values: readonly number[]): Uint8Array {
  const count = values.length / 2;
  const rows = Math.min(count, sharedRows);
  const taken = Array.from({ length: rows }, (_, i) => Math.floor((i * count) / rows));
  const columns = [0, 1].map((column) => taken.map((row) => values[2 * row + column] as number));
  const bytes = new Uint8Array(headBytes + 4 * rows);
  const view = new DataView(bytes.buffer);
  for (const [column, numbers] of columns.entries()) {
    const [low, high] = [Math.fround(Math.min(...numbers)), Math.fround(Math.max(...numbers))];
    view.setFloat32(8 * column, low);
    view.setFloat32(8 * column + 4, high);
    for (const [row, value] of numbers.entries()) {
      const share = high > low ? (value - low) / (high - low) : 0;
      view.setUint16(headBytes + 4 * row + 2 * column, Math.round(65535 * Math.max(0, Math.min(1, share))));
    }
  }
  return bytes;
}

/** The opposite of {@link packTable}; `null` for what is no table. */
export function unpackTable(bytes: Uint8Array): number[] | null {
  const rows = (bytes.length - headBytes) / 4;
  if (!Number.isInteger(rows) || rows < leastRows || rows > sharedRows) return null;
  const view = new DataView(bytes.buffer);
  const ranges = [0, 1].map((column) => [view.getFloat32(8 * column), view.getFloat32(8 * column + 4)] as const);
  if (!ranges.every(([low, high]) => Number.isFinite(low) && Number.isFinite(high) && low < high)) return null;
  return Array.from({ length: 2 * rows }, (_, i) => {
    const [low, high] = ranges[i % 2] as readonly [number, number];
    return low + (view.getUint16(headBytes + 2 * i) / 65535) * (high - low);
  });
}
