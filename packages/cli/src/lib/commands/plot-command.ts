import { defineCommand } from 'citty';
import { csvArguments, csvOptions } from '../options/csv-arguments.ts';
import { listOption } from '../options/list-option.ts';
import { modelOnDiskArgument } from '../options/model-argument.ts';
import { countRange, numberOption, seedRange } from '../options/number-option.ts';
import type { PlotKind } from '../report/plot.ts';

const kinds: readonly PlotKind[] = ['pairs', 'margins', 'coverage', 'columns', 'scores', 'comparison', 'curve'];

/** `diffeo plot MODEL DATA --out x.svg` */
export const plotCommand = defineCommand({
  meta: { name: 'plot', description: 'Draw one picture of those that report shows, as SVG or PNG.' },
  args: {
    model: modelOnDiskArgument,
    data: { type: 'positional', required: true, description: "The table, or a toy density's name." },
    show: {
      type: 'enum',
      options: [...kinds] as string[],
      description:
        'Pairs of columns (the default), margins, coverage of regions, calibration of columns, scores, a comparison with simpler densities, or the learning curve.',
    },
    only: { type: 'string', valueHint: 'a,b', description: 'Draw these columns alone.' },
    samples: { type: 'string', description: 'How many samples to compare with. Default 20000.' },
    seed: { type: 'string', description: 'Draws samples. Default 0.' },
    ...csvArguments,
    out: {
      type: 'string',
      valueHint: 'x.svg',
      required: true,
      description: 'Where to draw: a name that ends with .svg or .png.',
    },
  },
  run: async ({ args, data: signal }) => {
    const { plotModel } = await import('../report/plot.ts');
    await plotModel({
      model: args.model,
      data: args.data,
      kind: (args.show ?? 'pairs') as PlotKind,
      only: listOption('--only', args.only),
      samples: numberOption('--samples', args.samples, { ...countRange, least: 200, most: 1_000_000 }, 20_000),
      seed: numberOption('--seed', args.seed, seedRange, 0),
      count: undefined,
      csv: csvOptions(args),
      out: args.out,
      signal,
    });
  },
});
