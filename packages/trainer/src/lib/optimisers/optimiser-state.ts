import { buildParams, type LayoutTree, leaves, type Params } from '@diffeo/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';

/** What an optimiser remembers of the steps done, on the host: the leaves of its state in order. */
export interface OptimiserState {
  /** Steps done. */
  readonly step: number;
  readonly leaves: readonly Float32Array[];
  /** The running mean of the parameters, where one is kept. */
  readonly average?: Float32Array;
}

/** State on the device as it is on the host. */
export const readState = (step: number, layout: LayoutTree, state: Params): OptimiserState => ({
  step,
  leaves: leaves(layout, state).map(({ tensor: own }) => ((own as Tensor).dataSync() as Float32Array).slice()),
});

/** State of the host on the device. The caller owns it. */
export function writeState(layout: LayoutTree, { leaves: numbers }: OptimiserState): Params {
  let next = 0;
  return buildParams<Params>(layout, (_, { shape }) => tensor((numbers[next++] as Float32Array).slice(), [...shape]));
}
