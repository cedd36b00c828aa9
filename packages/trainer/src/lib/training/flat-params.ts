import { copyParams, type LayoutTree, leaves, mapParams, sizeOf } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { concat, reshape, slice, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';

/** The trainable leaves of a parameter tree as one vector, for an optimiser that updates them all at once. */
export interface FlatParams {
  readonly size: number;
  /** Whether training leaves this path alone. */
  freeze(path: string): boolean;
  /** The trainable leaves, one after another, `[size]`. */
  flatten<P>(params: P): Tensor;
  /** Tensors in the same order as one vector. */
  join(tensors: readonly Tensor[]): Tensor;
  /** A tree with its trainable leaves taken from the vector; the others stay as they are. */
  unflatten<P>(vector: Tensor, params: P): P;
}

const join = (tensors: readonly Tensor[]): Tensor =>
  tensors.length === 0 ? zeros([0]) : concat(tensors.map((tensor) => reshape(tensor, [tensor.size])));

/** Parameters of which what is trained comes from a vector, as {@link FlatParams} has it, and the rest is copied: the caller's. */
export function paramsFrom<P>(
  layout: LayoutTree,
  params: P,
  vector: Float32Array,
  freeze?: (path: string) => boolean,
): P {
  const { unflatten } = flatParams(layout, params, freeze);
  return tidied(() => copyParams(layout, unflatten(tensor1d(vector), params)));
}

/** Lays out the trainable leaves that `freeze` leaves out, in file order. */
export function flatParams<P>(
  layout: LayoutTree,
  params: P,
  freeze: (path: string) => boolean = () => false,
): FlatParams {
  const places = new Map<string, { readonly offset: number; readonly shape: readonly number[] }>();
  let size = 0;
  for (const { path, leaf } of leaves(layout, params)) {
    if (!leaf.trainable || freeze(path)) continue;
    places.set(path, { offset: size, shape: leaf.shape });
    size += sizeOf(leaf.shape);
  }
  return {
    size,
    freeze,
    join,
    flatten: (tree) =>
      join(leaves(layout, tree).flatMap(({ path, tensor }) => (tensor && places.has(path) ? [tensor] : []))),
    unflatten: (vector, tree) =>
      mapParams(layout, tree, (tensor, path) => {
        const place = places.get(path);
        if (!place) return tensor;
        return reshape(slice(vector, [place.offset], [sizeOf(place.shape)]), [...place.shape]);
      }),
  };
}
