import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** 344 penguins of three species (Gorman, Williams and Fraser 2014), as vega-datasets has them. */
export const penguinsJson = join(
  dirname(createRequire(import.meta.url).resolve('vega-datasets')),
  '../data/penguins.json',
);
