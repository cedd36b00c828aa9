// Adam over every parameter tensor in one pass. A table of u32 lists them: parameter, gradient, mean, square, count, and whether
// its weights decay.
const entry: usize = 24;

/** Σ g² over all gradients of the table. */
export function squaredNorm(table: usize, tensors: usize): f64 {
  let total: f64 = 0;
  for (let n: usize = 0; n < tensors; n++) {
    const row = table + n * entry;
    const end = <usize>load<u32>(row, 16);
    const gradient = <usize>load<u32>(row, 4);
    // Few numbers at a time in float32, so that a large tensor's sum does not lose its last ones.
    for (let i: usize = 0; i < end; i += 4096) {
      const count = min<usize>(4096, end - i);
      const sum = sumSquares(gradient + 4 * i, count);
      // The squares of numbers above 1e19 are not a float32, and the numbers still are a gradient that can be shortened.
      total += sum < f32.MAX_VALUE ? <f64>sum : sumLargeSquares(gradient + 4 * i, count);
    }
  }
  return total;
}

function sumSquares(at: usize, count: usize): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let i: usize = 0;
  for (; i + 8 <= count; i += 8) {
    const a = v128.load(at + 4 * i);
    const b = v128.load(at + 4 * i, 16);
    s0 = f32x4.add(s0, f32x4.mul(a, a));
    s1 = f32x4.add(s1, f32x4.mul(b, b));
  }
  s0 = f32x4.add(s0, s1);
  let sum =
    f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1) + f32x4.extract_lane(s0, 2) + f32x4.extract_lane(s0, 3);
  for (; i < count; i++) {
    const g = load<f32>(at + 4 * i);
    sum += g * g;
  }
  return sum;
}

function sumLargeSquares(at: usize, count: usize): f64 {
  let sum: f64 = 0;
  for (let i: usize = 0; i < count; i++) {
    const g = <f64>load<f32>(at + 4 * i);
    sum += g * g;
  }
  return sum;
}

/**
 * One step (Kingma & Ba 2015, algorithm 1, with both corrections moved into `rate` and `epsilon`), in place.
 *
 * @param scale what every gradient is multiplied by first
 * @param keep what parameters that decay are multiplied by (Loshchilov & Hutter 2019, algorithm 2, apart from the gradient)
 */
export function adam(
  table: usize,
  tensors: usize,
  scale: f32,
  rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  keep: f32,
): void {
  const factor = f32x4.splat(scale);
  const keep1 = f32x4.splat(beta1);
  const keep2 = f32x4.splat(beta2);
  const take1 = f32x4.splat(1 - beta1);
  const take2 = f32x4.splat(1 - beta2);
  const speed = f32x4.splat(rate);
  const least = f32x4.splat(epsilon);
  for (let n: usize = 0; n < tensors; n++) {
    const row = table + n * entry;
    let p = <usize>load<u32>(row);
    let g = <usize>load<u32>(row, 4);
    let m = <usize>load<u32>(row, 8);
    let v = <usize>load<u32>(row, 12);
    const count = <usize>load<u32>(row, 16);
    const kept: f32 = load<u32>(row, 20) != 0 ? keep : 1;
    const keptAll = f32x4.splat(kept);
    const end = p + 4 * (count & ~3);
    for (; p < end; p += 16) {
      const gradient = f32x4.mul(factor, v128.load(g));
      const mean = f32x4.add(f32x4.mul(keep1, v128.load(m)), f32x4.mul(take1, gradient));
      const square = f32x4.add(f32x4.mul(keep2, v128.load(v)), f32x4.mul(take2, f32x4.mul(gradient, gradient)));
      const change = f32x4.div(f32x4.mul(speed, mean), f32x4.add(f32x4.sqrt(square), least));
      v128.store(m, mean);
      v128.store(v, square);
      v128.store(p, f32x4.sub(f32x4.mul(keptAll, v128.load(p)), change));
      g += 16;
      m += 16;
      v += 16;
    }
    for (let i: usize = 0; i < (count & 3); i++) {
      const gradient = scale * load<f32>(g);
      const mean = beta1 * load<f32>(m) + (1 - beta1) * gradient;
      const square = beta2 * load<f32>(v) + (1 - beta2) * (gradient * gradient);
      store<f32>(m, mean);
      store<f32>(v, square);
      store<f32>(p, kept * load<f32>(p) - (rate * mean) / (sqrt<f32>(square) + epsilon));
      p += 4;
      g += 4;
      m += 4;
      v += 4;
    }
  }
}
