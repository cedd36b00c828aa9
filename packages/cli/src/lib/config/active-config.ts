import type { DiffeoConfig } from './diffeo-config.ts';

let active: DiffeoConfig = {};

/** What the run of the command is configured with: what it reads models and makes flows by. */
export const activeConfig = (): DiffeoConfig => active;

/** To be called at the beginning of each run. */
export function configure(config: DiffeoConfig): void {
  active = config;
}
