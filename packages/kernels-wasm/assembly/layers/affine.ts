import { runLength } from '../memory/columns';
import { copyRows } from '../memory/pack';
import { exp, tanh } from '../simd/vector-math';

// The affine transform of couplings, on some columns of the points. Log-scales s = c·tanh(a/c), shifts t:
//   forward x·eˢ + t, logDet Σ s;  inverse (x − t)·e⁻ˢ, logDet −Σ s.
// `sign` is 1 forward and −1 inverse. Log-scales and scales are [rows, count] without gaps, with room to the next multiple
// of four, so that four can be taken at a time.

/** scales = e^(sign·logScales). */
function exponentials(logScales: usize, total: usize, sign: f32, scales: usize): void {
  const factor = f32x4.splat(sign);
  for (let at: usize = 0; at < 4 * total; at += 16) {
    v128.store(scales + at, exp(f32x4.mul(factor, v128.load(logScales + at))));
  }
}

/**
 * Maps the listed columns of `x` into `value`; the others are not touched.
 *
 * @param x rows `step` bytes apart, as those of `value`
 * @param list `count` u32 offsets in bytes
 * @param raw [rows, 2·count]: unbounded log-scales a, then shifts t
 * @param logScales written, with room to the next multiple of four
 * @param scales scratch of the same size
 */
export function affine(
  x: usize,
  step: usize,
  rows: usize,
  list: usize,
  count: usize,
  raw: usize,
  bound: f32,
  sign: f32,
  logScales: usize,
  scales: usize,
  value: usize,
  logDet: usize,
): void {
  const width: usize = 4 * count;
  copyRows(raw, 2 * width, rows, count, logScales, width);
  const c = f32x4.splat(bound);
  const inverse = f32x4.splat(1 / bound);
  const total = rows * count;
  for (let at: usize = 0; at < 4 * total; at += 16) {
    v128.store(logScales + at, f32x4.mul(c, tanh(f32x4.mul(inverse, v128.load(logScales + at)))));
  }
  exponentials(logScales, total, sign, scales);
  const whole: usize = 4 * (runLength(list, count) & ~3);
  const column = <usize>load<u32>(list);
  for (let i: usize = 0; i < rows; i++) {
    const own = i * width;
    const shifts = raw + 2 * own + width;
    let sums = f32x4.splat(0);
    let q: usize = 0;
    for (; q < whole; q += 16) {
      const at = i * step + column + q;
      const scale = v128.load(scales + own + q);
      const shift = v128.load(shifts + q);
      sums = f32x4.add(sums, v128.load(logScales + own + q));
      const point = v128.load(x + at);
      const mapped = sign > 0 ? f32x4.add(f32x4.mul(point, scale), shift) : f32x4.mul(f32x4.sub(point, shift), scale);
      v128.store(value + at, mapped);
    }
    const halves = f32x4.add(sums, v128.shuffle<i64>(sums, sums, 1, 0));
    let sum = f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1);
    for (; q < width; q += 4) {
      const at = i * step + <usize>load<u32>(list + q);
      const scale = load<f32>(scales + own + q);
      const shift = load<f32>(shifts + q);
      sum += load<f32>(logScales + own + q);
      store<f32>(value + at, sign > 0 ? load<f32>(x + at) * scale + shift : (load<f32>(x + at) - shift) * scale);
    }
    store<f32>(logDet + 4 * i, sign * sum);
  }
}

/**
 * The gradient of {@link affine}: writes the listed columns of `dx`, and `dRaw` [rows, 2·count].
 *
 * @param point what was mapped where `sign` is 1, what came out where it is −1
 */
export function affineGradient(
  dValue: usize,
  dLogDet: usize,
  point: usize,
  step: usize,
  rows: usize,
  list: usize,
  count: usize,
  logScales: usize,
  bound: f32,
  sign: f32,
  scales: usize,
  dx: usize,
  dRaw: usize,
): void {
  const width: usize = 4 * count;
  const inverse: f32 = 1 / bound;
  exponentials(logScales, rows * count, sign, scales);
  const whole: usize = 4 * (runLength(list, count) & ~3);
  const column = <usize>load<u32>(list);
  const one = f32x4.splat(1);
  for (let i: usize = 0; i < rows; i++) {
    const own = i * width;
    const da = dRaw + 2 * own;
    const dLog = load<f32>(dLogDet + 4 * i);
    let q: usize = 0;
    for (; q < whole; q += 16) {
      const at = i * step + column + q;
      const dy = v128.load(dValue + at);
      const through = f32x4.mul(dy, v128.load(scales + own + q));
      const stretched = f32x4.mul(sign > 0 ? through : dy, v128.load(point + at));
      const dLogScale = f32x4.mul(f32x4.splat(sign), f32x4.add(stretched, f32x4.splat(dLog)));
      const share = f32x4.mul(v128.load(logScales + own + q), f32x4.splat(inverse));
      v128.store(dx + at, through);
      v128.store(da + q, f32x4.mul(dLogScale, f32x4.sub(one, f32x4.mul(share, share))));
      v128.store(da + width + q, sign > 0 ? dy : f32x4.neg(through));
    }
    for (; q < width; q += 4) {
      const at = i * step + <usize>load<u32>(list + q);
      const dy = load<f32>(dValue + at);
      const through = dy * load<f32>(scales + own + q);
      const stretched = sign > 0 ? through : dy;
      const dLogScale = sign * (stretched * load<f32>(point + at) + dLog);
      const share = load<f32>(logScales + own + q) * inverse;
      store<f32>(dx + at, through);
      store<f32>(da + q, dLogScale * (1 - share * share));
      store<f32>(da + width + q, sign > 0 ? dy : -through);
    }
  }
}
