import { invert, type Spec } from '@diffeo/core';
import { coupling } from '@diffeo/layers-coupling';
import { type Output, rearranged } from '../networks/dense.ts';
import type { ImportedNetwork } from '../networks/imported-network.ts';
import type { Piece } from './piece.ts';

/** A coupling of a library. */
export interface ImportedCoupling {
  readonly identityColumns: readonly number[];
  readonly transform: Spec<'transform'>;
  readonly network: ImportedNetwork;
  /** Our raw parameters, each with the output of the library's network that it is. */
  readonly outputs: readonly Output[];
  /** Whether the library applies the transform from data to base: for scales that is the other way round than here. */
  readonly towardsBase: boolean;
}

/** A coupling as a layer of ours. */
export function couplingPiece({ identityColumns, transform, network, outputs, towardsBase }: ImportedCoupling): Piece {
  const { spec, params } = network.finish(rearranged(network.last, outputs));
  const layer = coupling({ mask: { identityColumns: [...identityColumns] }, transform, conditioner: spec });
  return { spec: towardsBase ? invert({ layer }) : layer, params: { network: params } };
}

/** Numbers `from`, `from + 1`, … */
export const run = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
