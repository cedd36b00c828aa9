import { buildParams, type LayoutTree, leaves, type Params } from '@diffeo/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { withNumbers } from '../reading/with-numbers.ts';

/** What an optimiser remembers of the steps done, on the host: the leaves of its state in order. */
export interface OptimiserState {
  /** Steps done. */
  readonly step: number;
  readonly leaves: readonly Float32Array[];
  /** The running mean of the parameters, where one is kept. */
  readonly average?: Float32Array;
}

/** State on the device as it is on the host. */
export async function readState(step: number, layout: LayoutTree, state: Params): Promise<OptimiserState> {
  const own = leaves(layout, state).map(({ tensor: leaf }) => leaf as Tensor);
  return { step, leaves: await withNumbers(own, (numbers) => numbers.map((one) => one.slice())) };
}

/** State of the host on the device. The caller owns it. */
export function writeState(layout: LayoutTree, { leaves: numbers }: OptimiserState): Params {
  let next = 0;
  return buildParams<Params>(layout, (_, { shape }) => tensor((numbers[next++] as Float32Array).slice(), [...shape]));
}
