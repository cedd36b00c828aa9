import { defineCommand } from 'citty';
import { engineArgument, rootArgument, workersOption } from '../options/job-arguments.ts';

/** `diffeo worker --engine postgres://…` */
export const workerCommand = defineCommand({
  meta: {
    name: 'worker',
    description: 'Do the jobs of score, sample and search that lie in a database, until Ctrl-C.',
  },
  args: {
    engine: { ...engineArgument, required: true },
    root: rootArgument,
    workers: { type: 'string', description: 'How many jobs to do at once, in threads. Default 1.' },
    'until-idle': { type: 'boolean', description: 'End when no job waits.' },
  },
  run: async ({ args, data: signal }) => {
    const { worker } = await import('../cluster/worker.ts');
    await worker({
      engine: args.engine,
      root: args.root,
      workers: workersOption(args.workers),
      untilIdle: args['until-idle'] === true,
      signal,
    });
  },
});
