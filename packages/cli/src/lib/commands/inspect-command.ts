import { defineCommand } from 'citty';
import { modelArgument } from '../options/model-argument.ts';

/** `diffeo inspect MODEL` */
export const inspectCommand = defineCommand({
  meta: { name: 'inspect', description: 'Say what is in a model file.' },
  args: {
    model: modelArgument,
    json: { type: 'boolean', description: 'Print it as one JSON object.' },
  },
  run: async ({ args }) => {
    const { inspectModel } = await import('../model/inspect-model.ts');
    await inspectModel({ model: args.model, json: args.json === true });
  },
});
