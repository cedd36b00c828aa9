import type { Network } from '@diffeo/core';
import type { Dense, DenseStackOptions } from '@diffeo/ops';

/** A network of vectors that is nothing but a stack of dense layers, so that a coupling may run it in its own kernel. */
export interface DenseNetwork extends Network<readonly Dense[]> {
  readonly dense: DenseStackOptions;
}

/** What the stack of a network does between its layers; `null` for any other network. */
export const denseOptions = (network: Network): DenseStackOptions | null =>
  (network as Partial<DenseNetwork>).dense ?? null;
