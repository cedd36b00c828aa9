import { buildParams, type Flow, type FlowParams, sizeOf } from '@diffeo/core';
import { tensor } from '@tensorflow/tfjs-core';

/** Parameters of a flow whose numbers stand one after the other, in the order of the leaves. */
export function paramsFrom(model: Flow, numbers: Float32Array): FlowParams {
  let at = 0;
  return buildParams(model.layout, (_, { shape, dtype }) => {
    const begin = at;
    at += sizeOf(shape);
    const values = numbers.subarray(begin, at);
    return tensor(dtype === 'int32' ? Int32Array.from(values) : values, [...shape], dtype);
  });
}
