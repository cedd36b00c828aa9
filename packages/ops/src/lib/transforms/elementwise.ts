import type { ElementwiseTransform, Transformed } from '@diffeo/core';
import { slice, sum, type Tensor } from '@tensorflow/tfjs-core';
import { fusedOp } from '../fused-op.ts';
import { runKernel, type TransformKernelAttributes, transformKernels } from '../kernels.ts';

type Direction = 'forward' | 'inverse';

/** Parameter `k` of each number, `[rows, size]`, of raw parameters `[rows, count · size]`. */
export function parameterOf(raw: Tensor, k: number, count: number): Tensor {
  const [rows, all] = raw.shape as [number, number];
  const size = all / count;
  return slice(raw, [0, k * size], [rows, size]);
}

/** The composition that a kernel must equal. */
function compose(transform: ElementwiseTransform, x: Tensor, raw: Tensor, direction: Direction): [Tensor, Tensor] {
  const { value, logSlope } = transform[direction](x, raw);
  return [value, sum(logSlope, 1)];
}

/**
 * Maps the numbers of `x` `[rows, size]` one by one, given raw parameters `[rows, parameters · size]`: parameter `k` of number
 * `j` is at `k · size + j`. Returns the values `[rows, size]` and the sum of each row's log-slopes `[rows]`. One node of the
 * tape where the backend has the transform's kernel.
 */
export function elementwise(
  transform: ElementwiseTransform,
  x: Tensor,
  raw: Tensor,
  direction: Direction,
): Transformed {
  const { kernel } = transform;
  if (!kernel || x.size === 0) {
    const [value, logDet] = compose(transform, x, raw, direction);
    return { value, logDet };
  }
  const names = transformKernels(kernel.name);
  const attributes: TransformKernelAttributes = { ...kernel.attributes, direction };
  const [value, logDet] = fusedOp<{ readonly x: Tensor; readonly raw: Tensor }, readonly [Tensor, Tensor]>({
    kernel: names.transform,
    inputs: { x, raw },
    reference: () => compose(transform, x, raw, direction),
    forward: (inputs, save) => {
      const [y, total, saved] = runKernel(names.transform, inputs, attributes) as [Tensor, Tensor, Tensor];
      save([direction === 'forward' ? x : y, saved]);
      return [y, total];
    },
    backward: ([dValue, dLogDet], [point, saved]) => {
      const inputs = { dValue, dLogDet, point: point as Tensor, saved: saved as Tensor };
      const [dx, dRaw] = runKernel(names.transformGradient, inputs, attributes) as [Tensor, Tensor];
      return { x: dx, raw: dRaw };
    },
  });
  return { value, logDet };
}
