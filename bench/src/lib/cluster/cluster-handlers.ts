/** What the threads of the benchmark import. */
import { type Handlers, scoreHandler, scoreType } from '@diffeo/cluster';
import { couplingDefinitions } from '@diffeo/layers-coupling';
import { elementwiseDefinitions } from '@diffeo/layers-elementwise';

export const handlers: Handlers = {
  [scoreType]: scoreHandler({ definitions: [...couplingDefinitions, ...elementwiseDefinitions] }),
};
