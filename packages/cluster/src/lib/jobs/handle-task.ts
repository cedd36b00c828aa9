/** What a thread that does jobs imports: the one task that it is asked for. */
import { DiffeoError } from '@diffeo/core';
import { defineTask } from '@diffeo/trainer';
import { openRoot } from '../files/root.ts';
import type { Handlers } from './handler.ts';
import type { JobRequest } from './job.ts';

/** A job for a thread. */
interface HandleRequest {
  readonly type: string;
  readonly request: JobRequest;
  readonly root: string;
  readonly folder: string;
}

/** Does a job by the handler of its type that a module of the thread exports in `handlers`. */
export const handleTask = defineTask({
  type: '@diffeo/cluster/handle',
  run: async ({ type, request, root, folder }: HandleRequest, { worker, signal }) => {
    const found = worker.modules.map((module) => (module as { readonly handlers?: Handlers }).handlers?.[type]);
    const handler = found.find((one) => one !== undefined);
    if (!handler) throw new DiffeoError('UNKNOWN_TYPE', `the module of the threads exports no handlers of '${type}'`);
    return await handler(request, { root: openRoot(root), folder, signal });
  },
});
