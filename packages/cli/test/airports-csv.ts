import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A table of real data: 3,376 airports of the United States, with text and numbers, their places among them. */
export const airportsCsv = join(
  dirname(createRequire(import.meta.url).resolve('vega-datasets')),
  '../data/airports.csv',
);
