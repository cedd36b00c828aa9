import { defineCommand } from 'citty';
import { engineArgument, rootArgument } from '../options/job-arguments.ts';

/** `diffeo jobs --engine postgres://…` */
export const jobsCommand = defineCommand({
  meta: { name: 'jobs', description: 'Say how the runs in a database stand, and what failed.' },
  args: {
    engine: { ...engineArgument, required: true },
    root: rootArgument,
    run: { type: 'string', valueHint: 'id', description: 'One run alone.' },
    retry: { type: 'boolean', description: 'Have what failed done anew.' },
    forget: { type: 'boolean', description: 'Take the runs off the books; what they wrote stays.' },
    json: { type: 'boolean', description: 'Print each run as one JSON object.' },
  },
  run: async ({ args }) => {
    const { jobs } = await import('../cluster/jobs.ts');
    await jobs({
      engine: args.engine,
      root: args.root,
      run: args.run,
      retry: args.retry === true,
      forget: args.forget === true,
      json: args.json === true,
    });
  },
});
