/** Tiles have eight columns and as many rows as sixteen registers allow: six where a fused multiply-add needs no spare one. */
export const tileRows: usize = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;

/** How many bytes the largest tile takes. */
export const tileBytes: usize = 192;

/** Stores eight numbers, none below the floor. */
export function put(to: usize, v0: v128, v1: v128, floor: v128): void {
  v128.store(to, f32x4.pmax(v0, floor));
  v128.store(to, f32x4.pmax(v1, floor), 16);
}

export function copyTile(from: usize, fromStep: usize, to: usize, toStep: usize, rows: usize, columns: usize): void {
  for (let i: usize = 0; i < rows; i++) {
    for (let j: usize = 0; j < columns; j++) {
      const at: usize = 4 * j;
      store<f32>(to + i * toStep + at, load<f32>(from + i * fromStep + at));
    }
  }
}
