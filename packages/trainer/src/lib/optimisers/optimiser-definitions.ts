import { type FlowParams, type LayoutTree, leaves, sizeOf } from '@diffeo/core';
import { adam, adamW } from './adam.ts';
import { chain } from './chain.ts';
import { clipByNorm, clipByValue } from './clipping.ts';
import { buildPart } from './define-part.ts';
import { lion } from './lion.ts';
import type { Optimiser, OptimiserDefinition, OptimiserSite, OptimiserSpec, TrainedLeaf } from './optimiser.ts';
import { sgd } from './sgd.ts';

/** The optimisers of this package. */
const optimiserDefinitions: readonly OptimiserDefinition[] = [
  adam,
  adamW,
  sgd,
  lion,
  clipByNorm,
  clipByValue,
  chain.definition,
];

/** The leaves that training moves, in file order. */
export const trainedLeavesOf = (layout: LayoutTree, freeze: (path: string) => boolean = () => false): TrainedLeaf[] =>
  leaves<FlowParams | object>(layout, {}).flatMap(({ path, leaf }) =>
    leaf.trainable && !freeze(path) ? [{ path, size: sizeOf(leaf.shape), role: leaf.role }] : [],
  );

/**
 * An optimiser of these leaves, by the link of its spec or, of plain JSON, by its type.
 *
 * @throws DiffeoError `UNKNOWN_TYPE`, `NEWER_VERSION`, `CONFIG`.
 */
export function buildOptimiser(
  spec: OptimiserSpec,
  trained: readonly TrainedLeaf[],
  more: readonly OptimiserDefinition[] = [],
): Optimiser {
  const definitions = [...optimiserDefinitions, ...more];
  const site: OptimiserSite = {
    leaves: trained,
    size: trained.reduce((size, leaf) => size + leaf.size, 0),
    build: (inner) => buildPart(inner, site, definitions),
  };
  return site.build(spec);
}
