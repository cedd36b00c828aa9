// Blocks of four rows and four columns turn in registers: two rounds of interleaving.

function transposeBlock(from: usize, fromStep: usize, to: usize, toStep: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + fromStep);
  const c = v128.load(from + 2 * fromStep);
  const d = v128.load(from + 3 * fromStep);
  const abLow = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cdLow = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(abLow, cdLow, 0, 2));
  v128.store(to + toStep, v128.shuffle<i64>(abLow, cdLow, 1, 3));
  v128.store(to + 2 * toStep, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
  v128.store(to + 3 * toStep, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
}

/** `from` [rows, columns] → `to` [columns, rows]. Rows are `fromStep` and `toStep` bytes apart. */
export function transpose(from: usize, fromStep: usize, rows: usize, columns: usize, to: usize, toStep: usize): void {
  const wholeRows = rows & ~3;
  const wholeColumns = columns & ~3;
  for (let i: usize = 0; i < wholeRows; i += 4) {
    for (let j: usize = 0; j < wholeColumns; j += 4) {
      transposeBlock(from + i * fromStep + 4 * j, fromStep, to + j * toStep + 4 * i, toStep);
    }
  }
  for (let i: usize = 0; i < rows; i++) {
    for (let j = i < wholeRows ? wholeColumns : 0; j < columns; j++) {
      store<f32>(to + j * toStep + 4 * i, load<f32>(from + i * fromStep + 4 * j));
    }
  }
}
