/** Handlers for threads of tests. */
import { couplingDefinitions } from '@diffeo/layers-coupling';
import { elementwiseDefinitions } from '@diffeo/layers-elementwise';
import {
  type Handlers,
  sampleHandler,
  sampleType,
  scoreHandler,
  scoreType,
  trialHandler,
  trialType,
} from '../src/index.ts';

export const definitions = [...couplingDefinitions, ...elementwiseDefinitions];

export const handlers: Handlers = {
  [scoreType]: scoreHandler({ definitions }),
  [sampleType]: sampleHandler({ definitions }),
  [trialType]: trialHandler({ definitions }),
  'test/die': () => process.exit(3),
};
