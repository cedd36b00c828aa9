/** For workers to import: what goes well for a while. */
import type { Augment } from '../src/index.ts';

export { couplingDefinitions } from '@diffeo/layers-coupling';

let batches = 0;
/** The batch as it is, sixty times. */
export const augment: Augment = (batch) => {
  if (++batches > 60) throw new Error('bad luck');
  return batch;
};
