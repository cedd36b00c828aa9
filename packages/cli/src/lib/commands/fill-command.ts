import { defineCommand } from 'citty';
import { csvArguments, csvOptions } from '../options/csv-arguments.ts';
import { numberOption, seedRange } from '../options/number-option.ts';
import { outputArguments } from '../options/output-arguments.ts';

/** `diffeo fill MODEL DATA` */
export const fillCommand = defineCommand({
  meta: { name: 'fill', description: 'Draw the missing cells of a table given the others of their rows.' },
  args: {
    model: {
      type: 'positional',
      required: true,
      description: 'A model of a table: a file, the folder that train wrote, or - for standard input.',
    },
    data: {
      type: 'positional',
      required: true,
      description: 'A table with gaps, or - for one on standard input. Columns that it lacks are drawn whole.',
    },
    draws: {
      type: 'string',
      description: 'How often to draw each gap: as many whole tables, with the columns draw and row. Default 1.',
    },
    seed: { type: 'string', description: 'The same seed draws the same cells. Default 0.' },
    ...csvArguments,
    ...outputArguments,
  },
  run: async ({ args, data: signal }) => {
    const { fill } = await import('../score/fill.ts');
    await fill({
      model: args.model,
      data: args.data,
      draws: numberOption('--draws', args.draws, { whole: true, least: 1, most: 1000 }, 1),
      seed: numberOption('--seed', args.seed, seedRange, 0),
      csv: csvOptions(args),
      out: args.out,
      format: args.format,
      signal,
    });
  },
});
