import { reduceInParts } from '@diffeo/cluster';
import { DiffeoError } from '@diffeo/core';
import type { AllReduceMethod } from '@diffeo/trainer';
import type { Communicator } from './communicator.ts';

/** The workers that this process is one of: MPI begins once in a process. */
let joined: Communicator | null = null;

/** Says which workers this process is one of. */
export function joinWorkers(workers: Communicator | null): void {
  joined = workers;
}

/** Adds up gradients by Open MPI, among the workers of {@link withMpi}: in their order, to the same bits as every other way. */
export const mpiAllReduce: AllReduceMethod<null> = {
  kind: 'all-reduce',
  type: '@diffeo/mpi/all-reduce',
  suits: () => true,
  open: () => ({ ticket: () => null, close: () => undefined }),
  join: (_, { index, count, length }) => {
    const workers = joined;
    if (!workers || workers.size !== count || workers.rank !== index) {
      throw new DiffeoError(
        'WORKER',
        `worker ${index + 1} of ${count} is none of withMpi: it takes all of its workers`,
      );
    }
    return {
      shared: null,
      sum: async (write) => {
        const values = new Float32Array(length);
        write(values);
        return { vectors: [await reduceInParts(values, workers)], own: null };
      },
    };
  },
};
