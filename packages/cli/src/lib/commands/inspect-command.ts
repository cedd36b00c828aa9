import { defineCommand } from 'citty';

/** `diffeo inspect MODEL` */
export const inspectCommand = defineCommand({
  meta: { name: 'inspect', description: 'Say what is in a model file.' },
  args: {
    model: {
      type: 'positional',
      required: true,
      description: 'A model file, the folder that train wrote, or - for standard input.',
    },
    json: { type: 'boolean', description: 'Print it as one JSON object.' },
  },
  run: async ({ args }) => {
    const { inspectModel } = await import('../model/inspect-model.ts');
    await inspectModel({ model: args.model, json: args.json === true });
  },
});
