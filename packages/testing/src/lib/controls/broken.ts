import { type Base, type Bijector, defineBase, defineLayer, type Site, type Spec } from '@diffeo/core';
import type { BaseOptions, LayerOptions } from '../options.ts';

/** A part that is broken on purpose, with the check that must find it out. */
export interface NegativeControl<K extends 'layer' | 'base' = 'layer' | 'base'> {
  readonly name: string;
  readonly spec: Spec<K>;
  /** The name of the check that must fail. */
  readonly brokenCheck: string;
  /** What the failure's message must say, so that it is rejected for what is wrong with it. */
  readonly finding: string;
  /** What to check it with. */
  readonly options: K extends 'layer' ? LayerOptions : BaseOptions;
}

/** A Standard Schema that takes any configuration: these parts need no more, and the kit depends on no schema library. */
export const anyConfig = {
  '~standard': { version: 1, vendor: 'diffeo', validate: (value: unknown) => ({ value: value as object }) },
} as const;

/** Enough to show what is broken, and no more. */
const narrow = { eventShapes: [[2]], contextShapes: [null], backends: ['cpu'] } as const;

export const typeOf = (name: string): string => `@diffeo/testing/${name}`;

/** What is wrong with a part, and how it is found out. */
interface Verdict<K extends 'layer' | 'base'> {
  readonly name: string;
  readonly brokenCheck: string;
  readonly finding: string;
  readonly options?: NegativeControl<K>['options'];
}

/** A control around a spec of its own making. */
export const control = <K extends 'layer' | 'base'>(
  { name, brokenCheck, finding, options = {} }: Verdict<K>,
  spec: Spec<K>,
): NegativeControl<K> => ({ name, brokenCheck, finding, spec, options: { ...narrow, ...options } });

/** A layer that fails `brokenCheck`. */
export const brokenLayer = (
  name: string,
  brokenCheck: string,
  finding: string,
  build: (site: Site) => Bijector,
  options: LayerOptions = {},
): NegativeControl<'layer'> =>
  control(
    { name, brokenCheck, finding, options },
    defineLayer({ type: typeOf(name), version: 1, schema: anyConfig, build: (_, site) => build(site) })(),
  );

/** A base distribution that fails `brokenCheck`. */
export const brokenBase = (
  name: string,
  brokenCheck: string,
  finding: string,
  build: (site: Site) => Base,
  options: BaseOptions = {},
): NegativeControl<'base'> =>
  control(
    { name, brokenCheck, finding, options },
    defineBase({ type: typeOf(name), version: 1, schema: anyConfig, build: (_, site) => build(site) })(),
  );
