import type { Spec } from '@diffeo/core';

/** One layer's place in the zoo. A file of `layers/` exports it as `layer`. */
export interface ZooLayer {
  /** As the function is called. */
  readonly name: string;
  readonly package: string;
  /** The types of the layers and element-wise transforms that the picture is of, as in saved models. */
  readonly types: readonly string[];
  /** What it does, in a sentence or two. */
  readonly says: string;
  /** The layer, built for vectors of two numbers, or for images if there is a shape. */
  readonly spec: Spec<'layer'>;
  /** The shape of the images that it takes: its picture is of a digit. Default: vectors, whose picture is a grid. */
  readonly imageShape?: readonly [height: number, width: number, channels: number];
  /** How large random parameters are, and what draws them. Default 1 and 1. */
  readonly strength?: number;
  readonly seed?: number;
  /** Half of the side of the square that its grid covers in the base. Default 2. */
  readonly half?: number;
  /** Where it stands in the list: the smaller, the earlier. */
  readonly order: number;
}
