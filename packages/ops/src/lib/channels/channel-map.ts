import type { Transformed } from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import { add, exp, mul, neg, ones, reshape, sub, sum, type Tensor, transpose } from '@tensorflow/tfjs-core';
import { fusedOp } from '../fused-op.ts';
import { type ChannelMapKernelAttributes, kernelNames, runKernel } from '../kernels.ts';

/** A shift and a scale for each channel. */
export interface ChannelScale {
  /** `[channels]`, in the units of the data. */
  readonly shift: Tensor;
  /** `[channels]`, in the units of the data. */
  readonly logScale: Tensor;
}

/** A matrix over the channels. */
export interface ChannelMatrix {
  /** `[channels, channels]`: the one that the direction called multiplies by. */
  readonly matrix: Tensor;
  /** Its log absolute determinant, a scalar, nats. */
  readonly logDet: Tensor;
}

type ScaleAndMatrix = Partial<ChannelScale> & Partial<ChannelMatrix>;
type Inputs = Readonly<Record<string, Tensor>>;

const channelsOf = (x: Tensor): number => x.shape.at(-1) as number;
const positionsOf = (x: Tensor): number => x.shape.slice(1, -1).reduce((count, size) => count * size, 1);

/** The last axis times the matrix. */
function multiplied(x: Tensor, matrix: Tensor): Tensor {
  const rows = reshape(x, [(x.shape[0] as number) * positionsOf(x), channelsOf(x)]);
  return reshape(product(rows, transpose(matrix)), x.shape);
}

/** The composition that the kernel must equal. */
function compose(
  x: Tensor,
  parts: ScaleAndMatrix,
  { direction }: ChannelMapKernelAttributes,
): readonly [Tensor, Tensor] {
  const { shift, logScale, matrix, logDet } = parts;
  const positions = positionsOf(x);
  const each = (total: Tensor, factor: number) => mul(ones([x.shape[0] as number]), mul(total, factor));
  const totals: Tensor[] = [];
  const linear = (y: Tensor): Tensor => {
    if (!matrix || !logDet) return y;
    totals.push(each(logDet, positions));
    return multiplied(y, matrix);
  };
  const scaled = (y: Tensor): Tensor => {
    if (!shift || !logScale) return y;
    totals.push(each(sum(logScale), direction === 'forward' ? positions : -positions));
    return direction === 'forward' ? add(mul(y, exp(logScale)), shift) : mul(sub(y, shift), exp(neg(logScale)));
  };
  const value = direction === 'forward' ? scaled(linear(x)) : linear(scaled(x));
  return [value, totals.reduce((a, b) => add(a, b))];
}

/**
 * One affine map of every vector along the last axis of `x`, `[batch, …, channels]`: a shift and a scale for each channel,
 * a matrix, or both, of which at least one is given. One node of the tape.
 *
 * inverse: M·((x − shift)·exp(−logScale)), logDet positions · (logDet of M − Σ logScale). forward, in the other order:
 * (M·x)·exp(logScale) + shift, and positions · (logDet of M + Σ logScale). M is the matrix of the direction called: that of
 * the other direction is its inverse. The kernel multiplies by the scaled matrix, and yet takes the shift away first:
 * data far from 0 would lose its digits in x·M′ + b′.
 */
export function channelMap(
  x: Tensor,
  scale: ChannelScale | null,
  matrix: ChannelMatrix | null,
  direction: 'forward' | 'inverse',
): Transformed {
  const attributes: ChannelMapKernelAttributes = { direction };
  const parts: ScaleAndMatrix = { ...scale, ...matrix };
  const reference = () => compose(x, parts, attributes);
  const result = ([value, logDet]: readonly [Tensor, Tensor]): Transformed => ({ value, logDet });
  if (x.size === 0) return result(reference());
  const { channelMap: kernel, channelMapGradient: gradient } = kernelNames;
  return result(
    fusedOp<Inputs, readonly [Tensor, Tensor]>({
      kernel,
      inputs: { x, ...(parts as Inputs) },
      reference,
      forward: (inputs, save) => {
        save([x, ...(scale ? [scale.shift, scale.logScale] : []), ...(matrix ? [matrix.matrix] : [])]);
        return runKernel(kernel, inputs, attributes) as readonly [Tensor, Tensor];
      },
      backward: ([dValue, dLogDet], saved) => {
        const names = ['x', ...(scale ? ['shift', 'logScale'] : []), ...(matrix ? ['matrix'] : [])];
        const inputs = { dValue, dLogDet, ...Object.fromEntries(names.map((name, i) => [name, saved[i] as Tensor])) };
        const given = matrix ? [...names, 'logDet'] : names;
        const found = runKernel(gradient, inputs, attributes);
        return Object.fromEntries(given.map((name, i) => [name, found[i] as Tensor]));
      },
    }),
  );
}
