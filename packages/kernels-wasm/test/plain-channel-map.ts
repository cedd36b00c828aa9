import { product } from '@diffeo/core/engine';
import type { channelMap } from '@diffeo/ops';
import { add, exp, mul, neg, ones, reshape, sub, sum, type Tensor, transpose } from '@tensorflow/tfjs-core';

/** An affine map of every vector along the last axis, composed of tfjs operations: two layers, one after the other. */
export const plainChannelMap: typeof channelMap = (x, scale, matrix, direction) => {
  const channels = x.shape.at(-1) as number;
  const rows = x.size / channels;
  const up = direction === 'forward';
  const sign = up ? 1 : -1;
  const scaled = (y: Tensor): Tensor => {
    if (!scale) return y;
    const { shift, logScale } = scale;
    return up ? add(mul(y, exp(logScale)), shift) : mul(sub(y, shift), exp(neg(logScale)));
  };
  const linear = (y: Tensor): Tensor =>
    matrix ? reshape(product(reshape(y, [rows, channels]), transpose(matrix.matrix)), x.shape) : y;
  const positions = rows / (x.shape[0] as number);
  const each = mul(ones([x.shape[0] as number]), positions);
  const ofMatrix = matrix ? mul(each, matrix.logDet) : mul(each, 0);
  const ofScale = scale ? mul(each, mul(sum(scale.logScale), sign)) : mul(each, 0);
  return { value: up ? scaled(linear(x)) : linear(scaled(x)), logDet: add(ofMatrix, ofScale) };
};
