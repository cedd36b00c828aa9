/** What the threads of the benchmark import. */
import { jobHandlers } from '@diffeo/cluster';
import { couplingDefinitions } from '@diffeo/layers-coupling';
import { elementwiseDefinitions } from '@diffeo/layers-elementwise';

export const handlers = jobHandlers({ definitions: [...couplingDefinitions, ...elementwiseDefinitions] });
