import type { Shape } from '../shape.ts';
import type { Base } from './base.ts';
import type { Bijector } from './bijector.ts';
import type { Dequantizer } from './dequantizer.ts';
import type { ElementwiseTransform } from './elementwise-transform.ts';
import type { NetworkFor } from './network.ts';

/** The five kinds of part and what each builds. */
export interface Kinds {
  layer: Bijector;
  base: Base;
  dequantizer: Dequantizer;
  network: NetworkFor;
  transform: ElementwiseTransform;
}
export type Kind = keyof Kinds;

/**
 * A configured part: plain JSON with a live, non-enumerable link to its definition. `JSON.stringify` and
 * `structuredClone` drop the link; `hydrate` puts it back.
 */
export interface Spec<K extends Kind = Kind> {
  readonly $type: string;
  readonly $kind: K;
  readonly version: number;
  readonly config: object;
}

/** Where a part is built, handed to `build`. */
export interface Site {
  /** `layers.3`: names the part in errors; tensors in files have the same path. */
  readonly name: string;
  readonly eventShape: Shape;
  readonly contextShape: Shape | null;
  /** Builds a part inside this one, at this event and context shape unless told otherwise. */
  build<K extends Kind>(
    spec: Spec<K>,
    name: string,
    at?: { readonly eventShape?: Shape; readonly contextShape?: Shape | null },
  ): Kinds[K];
  /** Throws `SHAPE` with the part's name, type and event shape in front. */
  fail(message: string): never;
}
