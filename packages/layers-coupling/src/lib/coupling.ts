import { type Definition, defineLayer, specOf } from '@diffeo/core';
import { anything, type OptionChecks, trueOrFalse } from '@diffeo/core/arguments';
import { mlp } from '@diffeo/networks';
import { optional, strictObject } from 'valibot';
import { couplingMap } from './maps/coupling-map.ts';
import { couplingEntries } from './splits/mask.ts';

const schema = strictObject({
  ...couplingEntries,
  /** The network that conditions. Default `mlp()`. */
  conditioner: optional(specOf('network'), () => mlp()),
  /** What is done to the numbers that do not stay: `affine()` of `@diffeo/ops`, or any other element-wise transform. */
  transform: specOf('transform'),
});

/**
 * A coupling (Dinh et al. 2015, "NICE") with any element-wise transform, for events of any shape: some dimensions stay, and
 * a network of them gives the parameters of the transform of the others.
 */
export const coupling: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-coupling/coupling',
  version: 1,
  schema,
  build: couplingMap,
});

/** What a coupling of a given transform takes. */
export type CouplingOptions = Omit<Exclude<Parameters<typeof coupling>[0], undefined>, 'transform'>;

/** Their checks; the schema looks at masks and networks. */
export const couplingChecks: OptionChecks<CouplingOptions> = {
  mask: anything,
  swap: trueOrFalse,
  conditioner: anything,
};
