import { defineCommand } from 'citty';
import { countRange, numberOption, parseNumber, seedRange } from '../number-option.ts';

/** `diffeo sample MODEL --count N` */
export const sampleCommand = defineCommand({
  meta: { name: 'sample', description: 'Draw samples from a model and print them as CSV.' },
  args: {
    model: { type: 'positional', required: true, description: 'A model file, or the folder that train wrote.' },
    count: { type: 'string', required: true, description: 'How many samples.' },
    temperature: { type: 'string', description: '1 is the model; less stays nearer its modes. Default 1.' },
    seed: { type: 'string', description: 'The same seed draws the same samples. Default 0.' },
    out: { type: 'string', valueHint: 'file', description: 'Write the CSV there.' },
  },
  run: async ({ args, data: signal }) => {
    const { sample } = await import('../sample.ts');
    await sample({
      model: args.model,
      count: parseNumber('--count', args.count, countRange),
      temperature: numberOption('--temperature', args.temperature, { least: 0, most: 1e6 }, 1),
      seed: numberOption('--seed', args.seed, seedRange, 0),
      out: args.out,
      signal,
    });
  },
});
