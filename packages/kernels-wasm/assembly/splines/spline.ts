import { splineGroup } from './spline-group';
import { gather, groupBytes, parametersOf, scatter } from './spline-shape';

/**
 * Rational-quadratic splines on the listed columns of `x`, into `value`; the others are not touched. As `rationalQuadratic` of
 * `@diffeo/ops` has them.
 *
 * @param x rows `step` bytes apart, as those of `value`
 * @param list `count` u32 offsets in bytes
 * @param raw [rows, parameters·count]
 * @param fixedEnds whether slopes at the ends are 1; else they are parameters
 * @param solves whether the spline is solved for: its log-slopes then count negative
 * @param saved what the gradient needs, `splineSavedBytes`; that of one group where it is not kept
 * @param logDet written, for each row
 */
export function spline(
  x: usize,
  step: usize,
  rows: usize,
  list: usize,
  count: usize,
  raw: usize,
  bins: usize,
  bound: f32,
  fixedEnds: bool,
  solves: bool,
  saved: usize,
  keep: bool,
  scratch: usize,
  value: usize,
  logDet: usize,
): void {
  const parameters = parametersOf(bins, fixedEnds);
  const width: usize = 4 * count;
  const rawStep = parameters * width;
  const whole: usize = 4 * (count & ~3);
  const savedStep = keep ? groupBytes(bins) : 0;
  const sign: f32 = solves ? -1 : 1;
  const packed = scratch + 16;
  let to = saved;
  for (let i: usize = 0; i < rows; i += 4) {
    const height = min<usize>(4, rows - i);
    for (let row = i; row < i + height; row++) {
      let sums = f32x4.splat(0);
      const own = raw + row * rawStep;
      const base = row * step;
      for (let q: usize = 0; q < whole; q += 16) {
        const a = base + <usize>load<u32>(list + q);
        const b = base + <usize>load<u32>(list + q, 4);
        const c = base + <usize>load<u32>(list + q, 8);
        const d = base + <usize>load<u32>(list + q, 12);
        const point = gather(x + a, x + b, x + c, x + d);
        const mapped = splineGroup(own + q, width, point, bins, bound, fixedEnds, solves, to, scratch);
        scatter(mapped, 4, value + a, value + b, value + c, value + d);
        sums = f32x4.add(sums, v128.load(scratch));
        to += savedStep;
      }
      const halves = f32x4.add(sums, v128.shuffle<i64>(sums, sums, 1, 0));
      store<f32>(logDet + 4 * row, sign * (f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1)));
    }
    // Four rows at a time, the last of them again where there are fewer.
    const second: usize = height > 1 ? 1 : 0;
    const third: usize = height > 2 ? 2 : second;
    const fourth: usize = height > 3 ? 3 : third;
    for (let q = whole; q < width; q += 4) {
      const own = raw + i * rawStep + q;
      for (let k: usize = 0; k < parameters; k++) {
        const at = own + k * width;
        v128.store(packed + 16 * k, gather(at, at + second * rawStep, at + third * rawStep, at + fourth * rawStep));
      }
      const a = i * step + <usize>load<u32>(list + q);
      const b = a + second * step;
      const c = a + third * step;
      const d = a + fourth * step;
      const point = gather(x + a, x + b, x + c, x + d);
      const mapped = splineGroup(packed, 16, point, bins, bound, fixedEnds, solves, to, scratch);
      scatter(mapped, height, value + a, value + b, value + c, value + d);
      for (let r: usize = 0; r < height; r++) {
        const sum = logDet + 4 * (i + r);
        store<f32>(sum, load<f32>(sum) + sign * load<f32>(scratch + 4 * r));
      }
      to += savedStep;
    }
  }
}
