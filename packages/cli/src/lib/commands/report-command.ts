import { defineCommand } from 'citty';
import { csvArguments, csvOptions } from '../options/csv-arguments.ts';
import { modelOnDiskArgument } from '../options/model-argument.ts';
import { countRange, numberOption, seedRange } from '../options/number-option.ts';

const tableDescription =
  "The table, such as the one that it was trained on; or a toy density's name for fresh points of it.";

/** `diffeo report MODEL DATA` */
export const reportCommand = defineCommand({
  meta: {
    name: 'report',
    description: 'Write a page that shows how good a model is: one HTML file that opens anywhere.',
  },
  args: {
    model: modelOnDiskArgument,
    data: { type: 'positional', required: true, description: tableDescription },
    samples: { type: 'string', description: 'How many samples to compare with. Default 20000.' },
    top: { type: 'string', description: 'How many of the least likely rows to show. Default 10.' },
    seed: { type: 'string', description: 'Draws samples. Default 0.' },
    ...csvArguments,
    out: {
      type: 'string',
      valueHint: 'file.html',
      description: 'Where to write. Default: report.html beside the model.',
    },
    json: { type: 'boolean', description: 'Print the numbers as one JSON object; the page only with --out.' },
  },
  run: async ({ args, data: signal }) => {
    const { report } = await import('../report/report.ts');
    await report({
      model: args.model,
      data: args.data,
      samples: numberOption('--samples', args.samples, { ...countRange, least: 200, most: 1_000_000 }, 20_000),
      top: numberOption('--top', args.top, { ...countRange, most: 1000 }, 10),
      seed: numberOption('--seed', args.seed, seedRange, 0),
      count: undefined,
      csv: csvOptions(args),
      out: args.out,
      json: args.json === true,
      signal,
    });
  },
});
