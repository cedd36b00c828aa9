import { add, div, exp, mul, neg, slice, sub, sum, type Tensor, tanh } from '@tensorflow/tfjs-core';
import { fusedOp } from './fused-op.ts';
import { type AffineKernelAttributes, kernelNames, runKernel } from './kernels.ts';

/** The mapped values `[batch, size]` and the log-determinant `[batch]` of the direction called, nats. */
export interface AffineResult {
  readonly value: Tensor;
  readonly logDet: Tensor;
}

/** The raw outputs of a conditioner, `[batch, 2 · size]`, as bounded log-scales and shifts. */
function split(raw: Tensor, bound: number): { logScale: Tensor; shift: Tensor } {
  const [batch, both] = raw.shape as [number, number];
  const size = both / 2;
  const unbounded = slice(raw, [0, 0], [batch, size]);
  return { logScale: mul(bound, tanh(div(unbounded, bound))), shift: slice(raw, [0, size], [batch, size]) };
}

/** The composition that the kernel must equal. */
function compose(x: Tensor, raw: Tensor, { bound, direction }: AffineKernelAttributes): readonly [Tensor, Tensor] {
  const { logScale, shift } = split(raw, bound);
  const total = sum(logScale, 1);
  return direction === 'forward'
    ? [add(mul(x, exp(logScale)), shift), total]
    : [mul(sub(x, shift), exp(neg(logScale))), neg(total)];
}

/**
 * The affine transform of RealNVP (Dinh et al. 2017, eq. 7–8) with log-scales bounded by `bound`: s = c·tanh(a/c), so that
 * the scale is symmetric around 1 and nothing overflows. `raw` is `[batch, 2 · size]`: log-scales a, then shifts t.
 *
 * forward: x·eˢ + t, logDet Σ s. inverse: (x − t)·e⁻ˢ, logDet −Σ s.
 */
export function affine(x: Tensor, raw: Tensor, bound: number, direction: 'forward' | 'inverse'): AffineResult {
  const attributes: AffineKernelAttributes = { bound, direction };
  if (x.size === 0) {
    const [value, logDet] = compose(x, raw, attributes);
    return { value, logDet };
  }
  const [value, logDet] = fusedOp<{ readonly x: Tensor; readonly raw: Tensor }, readonly [Tensor, Tensor]>({
    kernel: kernelNames.affine,
    inputs: { x, raw },
    reference: () => compose(x, raw, attributes),
    forward: (inputs, save) => {
      const [y, total, kept] = runKernel(kernelNames.affine, inputs, attributes) as [Tensor, Tensor, Tensor];
      save([direction === 'forward' ? x : y, kept]);
      return [y, total];
    },
    backward: ([dValue, dLogDet], [point, kept]) => {
      const inputs = { dValue, dLogDet, point: point as Tensor, kept: kept as Tensor };
      const [dx, dRaw] = runKernel(kernelNames.affineGradient, inputs, attributes) as [Tensor, Tensor];
      return { x: dx, raw: dRaw };
    },
  });
  return { value, logDet };
}
