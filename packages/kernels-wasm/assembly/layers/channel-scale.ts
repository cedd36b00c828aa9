import { fma } from '../simd/fma';
import { exp } from '../simd/vector-math';

// A shift and a scale for each channel of [rows, channels]: inverse (x − s)·e, forward x·e + s, with e = exp(±logScale).
// Four rows are a whole number of vectors, whatever the channels: shifts and scales are written out for four rows.

/** So many groups of four rows are summed up first, which keeps the sums exact. */
const block: usize = 64;

/** The vector [count] four times in a row. */
function repeat(from: usize, count: usize, to: usize): void {
  for (let r: usize = 0; r < 4; r++) memory.copy(to + 4 * r * count, from, 4 * count);
}

function putScales(logScale: usize, count: usize, sign: f32, scales: usize): void {
  repeat(logScale, count, scales);
  for (let at = scales; at < scales + 16 * count; at += 16) {
    v128.store(at, exp(f32x4.mul(f32x4.splat(sign), v128.load(at))));
  }
}

/** How many bytes of scratch `channelScale` takes. */
export function channelScaleScratch(count: usize): usize {
  return 32 * count;
}

export function channelScale(
  x: usize,
  rows: usize,
  count: usize,
  shift: usize,
  logScale: usize,
  forward: bool,
  out: usize,
  scratch: usize,
): void {
  const group: usize = 16 * count;
  const shifts = scratch;
  const scales = scratch + group;
  repeat(shift, count, shifts);
  putScales(logScale, count, forward ? 1 : -1, scales);
  const end: usize = 4 * rows * count;
  const whole = (rows >> 2) * group;
  for (let at: usize = 0; at < whole; at += group) {
    for (let q: usize = 0; q < group; q += 16) {
      const v = v128.load(x + at + q);
      const s = v128.load(shifts + q);
      const e = v128.load(scales + q);
      v128.store(out + at + q, forward ? fma(v, e, s) : f32x4.mul(f32x4.sub(v, s), e));
    }
  }
  for (let q: usize = 0; q < end - whole; q += 4) {
    const v = load<f32>(x + whole + q);
    const s = load<f32>(shifts + q);
    const e = load<f32>(scales + q);
    store<f32>(out + whole + q, forward ? v * e + s : (v - s) * e);
  }
}

/** How many bytes of scratch `channelScaleGradient` takes. */
export function channelScaleGradientScratch(count: usize): usize {
  return 64 * count + 16 * count;
}

export function channelScaleGradient(
  dValue: usize,
  x: usize,
  rows: usize,
  count: usize,
  shift: usize,
  logScale: usize,
  forward: bool,
  dx: usize,
  dShift: usize,
  dLogScale: usize,
  scratch: usize,
): void {
  const group: usize = 16 * count;
  const shifts = scratch;
  const scales = shifts + group;
  const stretched = scales + group;
  const moved = stretched + group;
  // Of each channel, Σ dValue·(x − s) and Σ dValue in f64.
  const totals = moved + group;
  memory.fill(totals, 0, 16 * count);
  if (forward) memory.fill(shifts, 0, group);
  else repeat(shift, count, shifts);
  putScales(logScale, count, forward ? 1 : -1, scales);
  const end: usize = 4 * rows * count;
  const whole = (rows >> 2) * group;
  for (let first: usize = 0; first < whole; first += block * group) {
    const last = min(whole, first + block * group);
    memory.fill(stretched, 0, 2 * group);
    for (let at = first; at < last; at += group) {
      for (let q: usize = 0; q < group; q += 16) {
        const dy = v128.load(dValue + at + q);
        const y = f32x4.sub(v128.load(x + at + q), v128.load(shifts + q));
        v128.store(dx + at + q, f32x4.mul(dy, v128.load(scales + q)));
        v128.store(stretched + q, fma(dy, y, v128.load(stretched + q)));
        v128.store(moved + q, f32x4.add(dy, v128.load(moved + q)));
      }
    }
    for (let q: usize = 0; q < group; q += 4)
      addTo(totals, (q >> 2) % count, load<f32>(stretched + q), load<f32>(moved + q));
  }
  for (let q: usize = 0; q < end - whole; q += 4) {
    const dy = load<f32>(dValue + whole + q);
    store<f32>(dx + whole + q, dy * load<f32>(scales + q));
    addTo(totals, (q >> 2) % count, dy * (load<f32>(x + whole + q) - load<f32>(shifts + q)), dy);
  }
  for (let c: usize = 0; c < count; c++) {
    const scale = <f64>load<f32>(scales + 4 * c);
    const dLog = scale * load<f64>(totals + 16 * c);
    const dSum = load<f64>(totals + 16 * c, 8);
    store<f32>(dLogScale + 4 * c, <f32>(forward ? dLog : -dLog));
    store<f32>(dShift + 4 * c, <f32>(forward ? dSum : -scale * dSum));
  }
}

function addTo(totals: usize, channel: usize, stretched: f32, moved: f32): void {
  const at = totals + 16 * channel;
  store<f64>(at, load<f64>(at) + <f64>stretched);
  store<f64>(at, load<f64>(at, 8) + <f64>moved, 8);
}

/**
 * The log-determinant of a map of channels for each event: that of its matrix and that of its scales, at every position. Either may
 * be absent, whose address is 0.
 */
export function channelLogDets(
  logScale: usize,
  channels: usize,
  ofMatrix: usize,
  positions: usize,
  forward: bool,
  batch: usize,
  logDets: usize,
): void {
  let sum: f64 = 0;
  if (logScale) for (let c: usize = 0; c < channels; c++) sum += load<f32>(logScale + 4 * c);
  const own: f64 = ofMatrix ? load<f32>(ofMatrix) : 0;
  const each = <f64>positions * own + (forward ? <f64>positions : -(<f64>positions)) * sum;
  for (let i: usize = 0; i < batch; i++) store<f32>(logDets + 4 * i, <f32>each);
}

/** Writes its gradient for the matrix, and adds that for each scale. */
export function channelLogDetGradient(
  dLogDet: usize,
  batch: usize,
  positions: usize,
  forward: bool,
  dOfMatrix: usize,
  dLogScale: usize,
  channels: usize,
): void {
  let sum: f64 = 0;
  for (let i: usize = 0; i < batch; i++) sum += load<f32>(dLogDet + 4 * i);
  const each = <f64>positions * sum;
  if (dOfMatrix) store<f32>(dOfMatrix, <f32>each);
  if (!dLogScale) return;
  for (let at = dLogScale; at < dLogScale + 4 * channels; at += 4) {
    store<f32>(at, <f32>(<f64>load<f32>(at) + (forward ? each : -each)));
  }
}
