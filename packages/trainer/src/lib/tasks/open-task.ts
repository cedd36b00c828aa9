import { defineTask, type TaskWorker } from '../executor/task.ts';

/** What a worker is told first. */
export interface OpenRequest {
  /** Addresses of modules to import: those that the caller named. */
  readonly modules: readonly string[];
  /** Of packages that were found by name. What they define steps back behind what is defined already. */
  readonly packages: readonly string[];
  /** Which of the workers it is, of how many. */
  readonly index: number;
  readonly count: number;
}

/** A worker that can be opened. */
export interface OpenableWorker extends TaskWorker {
  open(request: OpenRequest): Promise<void>;
}

/** Starts the backend of a worker and imports its modules. */
export const openTask = defineTask({
  type: '@diffeo/trainer/open',
  run: async (request: OpenRequest, { worker }) => {
    await (worker as OpenableWorker).open(request);
    return null;
  },
});
