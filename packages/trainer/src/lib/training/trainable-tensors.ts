import { type LayoutTree, leaves } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The tensors that training moves, in file order: the trainable leaves that `freeze` leaves out. */
export const trainableTensors = <P>(
  layout: LayoutTree,
  params: P,
  freeze: (path: string) => boolean = () => false,
): Tensor[] =>
  leaves(layout, params).flatMap(({ path, leaf, tensor }) =>
    leaf.trainable && tensor && !freeze(path) ? [tensor] : [],
  );
