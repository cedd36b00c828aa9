import { splineGroupGradient } from './spline-group-gradient';
import { gather, groupBytes, parametersOf, scatter } from './spline-shape';

/**
 * The gradient of `spline`, of whatever it saved: writes the listed columns of `dx`, and `dRaw` [rows, parameters·count].
 *
 * @param dValue rows `step` bytes apart, as those of `dx`
 */
export function splineGradient(
  dValue: usize,
  dLogDet: usize,
  step: usize,
  rows: usize,
  list: usize,
  count: usize,
  saved: usize,
  bins: usize,
  bound: f32,
  fixedEnds: bool,
  solves: bool,
  scratch: usize,
  dx: usize,
  dRaw: usize,
): void {
  const parameters = parametersOf(bins, fixedEnds);
  const width: usize = 4 * count;
  const rawStep = parameters * width;
  const whole: usize = 4 * (count & ~3);
  const savedStep = groupBytes(bins);
  const packed = scratch + 16;
  let from = saved;
  for (let i: usize = 0; i < rows; i += 4) {
    const height = min<usize>(4, rows - i);
    for (let row = i; row < i + height; row++) {
      const own = dRaw + row * rawStep;
      const base = row * step;
      const dLog = v128.load32_splat(dLogDet + 4 * row);
      for (let q: usize = 0; q < whole; q += 16) {
        const a = base + <usize>load<u32>(list + q);
        const b = base + <usize>load<u32>(list + q, 4);
        const c = base + <usize>load<u32>(list + q, 8);
        const d = base + <usize>load<u32>(list + q, 12);
        const dy = gather(dValue + a, dValue + b, dValue + c, dValue + d);
        const found = splineGroupGradient(from, bins, bound, fixedEnds, solves, dy, dLog, own + q, width);
        scatter(found, 4, dx + a, dx + b, dx + c, dx + d);
        from += savedStep;
      }
    }
    const second: usize = height > 1 ? 1 : 0;
    const third: usize = height > 2 ? 2 : second;
    const fourth: usize = height > 3 ? 3 : third;
    const logs = dLogDet + 4 * i;
    const dLogs = gather(logs, logs + 4 * second, logs + 4 * third, logs + 4 * fourth);
    for (let q = whole; q < width; q += 4) {
      const a = i * step + <usize>load<u32>(list + q);
      const b = a + second * step;
      const c = a + third * step;
      const d = a + fourth * step;
      const dy = gather(dValue + a, dValue + b, dValue + c, dValue + d);
      const found = splineGroupGradient(from, bins, bound, fixedEnds, solves, dy, dLogs, packed, 16);
      scatter(found, height, dx + a, dx + b, dx + c, dx + d);
      const own = dRaw + i * rawStep + q;
      for (let k: usize = 0; k < parameters; k++) {
        const at = own + k * width;
        const gradient = v128.load(packed + 16 * k);
        scatter(gradient, height, at, at + second * rawStep, at + third * rawStep, at + fourth * rawStep);
      }
      from += savedStep;
    }
  }
}
