import { type Base, type Bijector, defineBase, defineLayer, type Site, type Spec } from '@diffeo/core';
import type { LayerOptions } from '../options.ts';

/** A part that is broken on purpose, with the check that must find it out. */
export interface NegativeControl<K extends 'layer' | 'base' = 'layer' | 'base'> {
  readonly name: string;
  readonly spec: Spec<K>;
  /** The name of the check that must fail. */
  readonly brokenCheck: string;
  /** What the failure's message must say, so that it is rejected for what is wrong with it. */
  readonly finding: string;
  /** What to check it with. */
  readonly options: LayerOptions;
}

/** A Standard Schema that takes any configuration: these parts have none, and the kit depends on no schema library. */
const anyConfig = {
  '~standard': { version: 1, vendor: 'diffeo', validate: (value: unknown) => ({ value: value as object }) },
} as const;

/** Enough to show what is broken, and no more. */
const narrow: LayerOptions = { eventShapes: [[2]], contextShapes: [null], backends: ['cpu'] };

const typeOf = (name: string): string => `@diffeo/testing/${name}`;

/** A layer that fails `brokenCheck`. */
export const brokenLayer = (
  name: string,
  brokenCheck: string,
  finding: string,
  build: (site: Site) => Bijector,
  options: LayerOptions = {},
): NegativeControl<'layer'> => ({
  name,
  brokenCheck,
  finding,
  options: { ...narrow, ...options },
  spec: defineLayer({ type: typeOf(name), version: 1, schema: anyConfig, build: (_, site) => build(site) })(),
});

/** A base distribution that fails `brokenCheck`. */
export const brokenBase = (
  name: string,
  brokenCheck: string,
  finding: string,
  build: (site: Site) => Base,
): NegativeControl<'base'> => ({
  name,
  brokenCheck,
  finding,
  options: narrow,
  spec: defineBase({ type: typeOf(name), version: 1, schema: anyConfig, build: (_, site) => build(site) })(),
});
