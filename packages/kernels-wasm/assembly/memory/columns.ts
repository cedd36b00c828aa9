import { copyRows } from './pack';

// Some columns of a matrix, and sums over its rows. Lists of columns are u32 offsets in bytes.

/** How many columns from the first of a list on are neighbours. */
export function runLength(list: usize, count: usize): usize {
  if (count == 0) return 0;
  const first = <usize>load<u32>(list);
  let run: usize = 1;
  while (run < count && <usize>load<u32>(list + 4 * run) == first + 4 * run) run++;
  return run;
}

/** to(i, q) = from(i, list[q]), rows `fromStep` and `toStep` bytes apart. */
export function gatherColumns(
  from: usize,
  fromStep: usize,
  rows: usize,
  list: usize,
  count: usize,
  to: usize,
  toStep: usize,
): void {
  if (runLength(list, count) == count && count > 0) {
    copyRows(from + <usize>load<u32>(list), fromStep, rows, count, to, toStep);
    return;
  }
  for (let i: usize = 0; i < rows; i++) {
    const source = from + i * fromStep;
    const target = to + i * toStep;
    for (let q: usize = 0; q < 4 * count; q += 4) store<f32>(target + q, load<f32>(source + load<u32>(list + q)));
  }
}

/** to(i, j) = from(ids[i], j): whole rows, each id one of them. */
export function gatherRows(from: usize, ids: usize, rows: usize, columns: usize, to: usize): void {
  const step: usize = 4 * columns;
  for (let i: usize = 0; i < rows; i++)
    copyRows(from + <usize>load<u32>(ids + 4 * i) * step, step, 1, columns, to + i * step, step);
}

/** to(i, list[q]) = other(i, list[q]) + from(i, q); `other` and `to` have rows of the same length. */
export function addToColumns(
  from: usize,
  fromStep: usize,
  other: usize,
  rows: usize,
  list: usize,
  count: usize,
  to: usize,
  toStep: usize,
): void {
  for (let i: usize = 0; i < rows; i++) {
    const source = from + i * fromStep;
    const target = i * toStep;
    for (let q: usize = 0; q < 4 * count; q += 4) {
      const at = target + <usize>load<u32>(list + q);
      store<f32>(to + at, load<f32>(other + at) + load<f32>(source + q));
    }
  }
}

/** sums(j) = Σ_i from(i, j) of [rows, columns] without gaps. */
export function sumRows(from: usize, rows: usize, columns: usize, sums: usize): void {
  const step: usize = 4 * columns;
  let j: usize = 0;
  for (; j + 16 <= columns; j += 16) {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let at = from + 4 * j;
    for (let i: usize = 0; i < rows; i++) {
      s0 = f32x4.add(s0, v128.load(at));
      s1 = f32x4.add(s1, v128.load(at, 16));
      s2 = f32x4.add(s2, v128.load(at, 32));
      s3 = f32x4.add(s3, v128.load(at, 48));
      at += step;
    }
    v128.store(sums + 4 * j, s0);
    v128.store(sums + 4 * j, s1, 16);
    v128.store(sums + 4 * j, s2, 32);
    v128.store(sums + 4 * j, s3, 48);
  }
  for (; j < columns; j++) {
    // Four sums, because each addition waits for the one before.
    let s0: f32 = 0;
    let s1: f32 = 0;
    let s2: f32 = 0;
    let s3: f32 = 0;
    let at = from + 4 * j;
    let i: usize = 0;
    for (; i + 4 <= rows; i += 4) {
      s0 += load<f32>(at);
      s1 += load<f32>(at + step);
      s2 += load<f32>(at + 2 * step);
      s3 += load<f32>(at + 3 * step);
      at += 4 * step;
    }
    for (; i < rows; i++) {
      s0 += load<f32>(at);
      at += step;
    }
    store<f32>(sums + 4 * j, s0 + s1 + (s2 + s3));
  }
}

/** out(ids[i], j) += from(i, j), after zeros; rows with another id than 0 … segments − 1 count nowhere. */
export function segmentSum(from: usize, ids: usize, rows: usize, columns: usize, segments: usize, out: usize): void {
  const step: usize = 4 * columns;
  memory.fill(out, 0, segments * step);
  for (let i: usize = 0; i < rows; i++) {
    const id = <usize>load<u32>(ids + 4 * i);
    if (id >= segments) continue;
    const source = from + i * step;
    const target = out + id * step;
    let at: usize = 0;
    for (; at + 16 <= step; at += 16) {
      v128.store(target + at, f32x4.add(v128.load(target + at), v128.load(source + at)));
    }
    for (; at < step; at += 4) store<f32>(target + at, load<f32>(target + at) + load<f32>(source + at));
  }
}

/** sum = a + b, so many numbers; `sum` may be one of them. */
export function add(a: usize, b: usize, count: usize, sum: usize): void {
  const whole: usize = 4 * (count & ~3);
  let at: usize = 0;
  for (; at < whole; at += 16) v128.store(sum + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
  for (; at < 4 * count; at += 4) store<f32>(sum + at, load<f32>(a + at) + load<f32>(b + at));
}
