import type { Density } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What a flow is given for a likelihood: data, their context, and the noise, where it takes them. */
export interface FlowInputs {
  readonly x: Tensor;
  readonly context?: Tensor;
  /** What `model.drawNoise` gave. */
  readonly noise?: Tensor;
}

/** Them as the inputs of captured work. */
export const listInputs = ({ x, context, noise }: FlowInputs): readonly Tensor[] => [
  x,
  ...(context ? [context] : []),
  ...(noise ? [noise] : []),
];

/** Them from such a list again. */
export function namedInputs({ contextShape }: Density, [x, ...rest]: readonly Tensor[]): FlowInputs {
  const [context, noise] = contextShape ? rest : [undefined, ...rest];
  return { x: x as Tensor, ...(context && { context }), ...(noise && { noise }) };
}
