import { invert, type Shape, type Spec } from '@diffeo/core';

/** A parameter's numbers on the host, before tensors are made of all of them at once. */
export interface HostLeaf {
  readonly shape: Shape;
  readonly values: ArrayLike<number>;
}

/** A tree of parameters on the host, as a layer's layout has it. */
export type HostParams = HostLeaf | readonly HostParams[] | { readonly [name: string]: HostParams };

/** A layer with its parameters. */
export interface Piece {
  readonly spec: Spec<'layer'>;
  readonly params: HostParams;
  /** The same map the other way round, for layers that cannot be wrapped in `invert()`. */
  readonly inverse?: () => Piece;
}

/** The inverses of layers, the last first. */
export const invertedPieces = (pieces: readonly Piece[]): Piece[] =>
  pieces.toReversed().map(({ spec, params, inverse }) => {
    if (spec.$type === invert.type) return { spec: (spec.config as { layer: Spec<'layer'> }).layer, params };
    return inverse?.() ?? { spec: invert({ layer: spec }), params };
  });

export const vectorOf = (values: ArrayLike<number>): HostLeaf => ({ shape: [values.length], values });
