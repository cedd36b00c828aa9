import { defineCommand } from 'citty';
import { csvArguments, csvOptions } from '../options/csv-arguments.ts';
import { imageArguments, imageOptions, partArgument, partOf } from '../options/image-arguments.ts';
import { jobArguments, jobOptions, refuseForJobs, refuseWithoutEngine, requireOut } from '../options/job-arguments.ts';
import { modelArgument } from '../options/model-argument.ts';
import { countRange, numberOption, seedRange } from '../options/number-option.ts';
import { outputArguments } from '../options/output-arguments.ts';

/** `diffeo score MODEL DATA` */
export const scoreCommand = defineCommand({
  meta: {
    name: 'score',
    description:
      'Print the log-likelihood of every row, in nats, and where it lies among others, as CSV or in another format.',
  },
  args: {
    model: modelArgument,
    data: {
      type: 'positional',
      required: true,
      description:
        "A table (CSV, Parquet, Arrow, JSON lines, NPY), - for one on standard input, digits, images (IDX, NPY, NPZ, a folder of PNG and JPEG files, mnist, fashion-mnist), or a toy density's name for fresh points of it.",
    },
    seed: { type: 'string', description: 'Draws the points of a toy and the noise of dequantization. Default 0.' },
    count: { type: 'string', description: 'How many points of a toy. Default 100000.' },
    draws: { type: 'string', description: 'Of dequantized data: draws of the noise for each row. Default 1.' },
    top: {
      type: 'string',
      description: 'Only so many of the least likely rows, the least likely first, with the column to blame.',
    },
    votes: {
      type: 'boolean',
      description: 'Say what all kinds of members say of each row, a vote each, and rank by that: for anomalies.',
    },
    blame: {
      type: 'boolean',
      description: 'Say of each row which column makes it unlikely given the others, and by how much.',
    },
    ...csvArguments,
    ...imageArguments,
    part: {
      type: 'string',
      valueHint: 'held-out',
      description: `${partArgument.description} As 3/10: the third of ten parts of the jobs, without an engine.`,
    },
    ...outputArguments,
    ...jobArguments,
    json: { type: 'boolean', description: 'Print mean, standard error and count as one JSON object, and no table.' },
  },
  run: async ({ args, data: signal }) => {
    const isPart = args.part?.includes('/') === true;
    if (args.engine !== undefined || isPart) {
      const { scoreJobs } = await import('../cluster/score-jobs.ts');
      refuseForJobs(args, [
        'count',
        'draws',
        'top',
        'votes',
        'blame',
        'json',
        'folder',
        'bits',
        'size',
        ...(isPart ? [] : ['part']),
      ]);
      await scoreJobs({
        model: args.model,
        data: args.data,
        seed: numberOption('--seed', args.seed, seedRange, 0),
        csv: csvOptions(args),
        out: requireOut(args.out),
        format: args.format,
        ...jobOptions(args),
        part: args.part,
        signal,
      });
      return;
    }
    refuseWithoutEngine(args);
    const { score } = await import('../score/score.ts');
    await score({
      model: args.model,
      data: args.data,
      seed: numberOption('--seed', args.seed, seedRange, 0),
      count: numberOption('--count', args.count, countRange, undefined),
      draws: numberOption('--draws', args.draws, { whole: true, least: 1, most: 10_000 }, 1),
      top: numberOption('--top', args.top, countRange, undefined),
      votes: args.votes === true,
      blame: args.blame === true,
      csv: csvOptions(args),
      images: { ...imageOptions(args), part: partOf(args.part) },
      out: args.out,
      format: args.format,
      json: args.json === true,
      signal,
    });
  },
});
