import type { Definition, Spec } from '@diffeo/core';

/** What a flow of yours is made from, where a run of `train --flow NAME` says or defaults it. */
export interface ConfiguredFlowOptions {
  readonly layers: number;
  readonly hidden: readonly number[];
  readonly activation: 'relu' | 'tanh' | 'elu' | 'sigmoid';
  readonly residual: boolean;
  /** Of log-scales. */
  readonly bound: number;
}

/** Data with a name of yours. */
export interface ConfiguredData {
  /** A file, a pattern for several, or a folder of pictures; from the folder of the configuration. */
  readonly path: string;
  /** Options that go with it, by their names without dashes: `{ kinds: 'age=integer', exclude: 'id' }`. */
  readonly options?: OptionDefaults;
}

/** Options of a command by their names without dashes; those on the command line come before them. */
export type OptionDefaults = Readonly<Record<string, string | number | boolean>>;

/** What `diffeo.config.ts`, `.mjs` or `.json` in the folder where the command runs says. */
export interface DiffeoConfig {
  /** Definitions of layers and other parts that models may be made of, beside those of Diffeo: what packages of layers export. Not in JSON. */
  readonly plugins?: readonly (Definition | readonly Definition[])[];
  /** Flows by the names that `--flow` takes: functions that give the layers between preprocessing and base, in data order. Not in JSON. */
  readonly layers?: Readonly<Record<string, (options: ConfiguredFlowOptions) => readonly Spec<'layer'>[]>>;
  /** Data by the names that the argument DATA takes. */
  readonly data?: Readonly<Record<string, string | ConfiguredData>>;
  /** Defaults of options, by command: `{ train: { effort: 'best' } }`. */
  readonly defaults?: Readonly<Record<string, OptionDefaults>>;
}

/**
 * A configuration of the command, with its types checked as you write it; it comes back as it is.
 *
 * @example
 * export default defineConfig({
 *   data: { birds: { path: 'data/penguins.csv', options: { context: 'species' } } },
 *   defaults: { train: { effort: 'best', seed: 1 } },
 * });
 */
export const defineConfig = (config: DiffeoConfig): DiffeoConfig => config;
