// Numbers that belong to events of several rows each.

/** sums(i) = Σ of the `size` numbers of group i, which follow each other. */
export function sumGroups(from: usize, groups: usize, size: usize, sums: usize): void {
  let at = from;
  for (let i: usize = 0; i < groups; i++) {
    let lanes = f32x4.splat(0);
    const end = at + 4 * (size & ~3);
    for (; at < end; at += 16) lanes = f32x4.add(lanes, v128.load(at));
    const halves = f32x4.add(lanes, v128.shuffle<i64>(lanes, lanes, 1, 0));
    let sum = f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1);
    for (let rest = size & 3; rest > 0; rest--) {
      sum += load<f32>(at);
      at += 4;
    }
    store<f32>(sums + 4 * i, sum);
  }
}

/** Writes each of so many numbers `size` times. */
export function repeatGroups(from: usize, groups: usize, size: usize, to: usize): void {
  let at = to;
  for (let i: usize = 0; i < groups; i++) {
    const number = load<f32>(from + 4 * i);
    for (const end = at + 4 * size; at < end; at += 4) store<f32>(at, number);
  }
}
