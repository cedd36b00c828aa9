/** Handlers for threads of tests. */
import { couplingDefinitions } from '@diffeo/layers-coupling';
import { elementwiseDefinitions } from '@diffeo/layers-elementwise';
import { type Handlers, jobHandlers } from '../src/index.ts';

export const definitions = [...couplingDefinitions, ...elementwiseDefinitions];

export const handlers: Handlers = {
  ...jobHandlers({ definitions }),
  'test/die': () => process.exit(3),
};
