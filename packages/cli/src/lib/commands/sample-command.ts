import { defineCommand } from 'citty';
import { jobArguments, jobOptions, refuseForJobs, refuseWithoutEngine, requireOut } from '../options/job-arguments.ts';
import { listOption } from '../options/list-option.ts';
import { modelArgument } from '../options/model-argument.ts';
import { countRange, numberOption, parseNumber, seedRange } from '../options/number-option.ts';
import { outputArguments } from '../options/output-arguments.ts';

/** `diffeo sample MODEL --count N` */
export const sampleCommand = defineCommand({
  meta: {
    name: 'sample',
    description: 'Draw samples from a model and print them as CSV or in other formats, or draw a sheet of images.',
  },
  args: {
    model: modelArgument,
    count: { type: 'string', required: true, description: 'How many samples.' },
    temperature: {
      type: 'string',
      valueHint: '0.5,0.7,1',
      description: '1 is the model; less stays nearer its modes. Default 1. Several for a sheet.',
    },
    given: {
      type: 'string',
      valueHint: 'species=Adelie,year=2010',
      description: 'Of a mixed table: what some columns are. All others are drawn given these.',
    },
    contexts: {
      type: 'string',
      valueHint: 'file',
      description:
        'Of a mixed table: a file with columns that are given. As many samples are drawn for each of its rows.',
    },
    columns: { type: 'string', description: 'Images in a row of a sheet.' },
    seed: { type: 'string', description: 'The same seed draws the same samples. Default 0.' },
    ...outputArguments,
    out: {
      ...outputArguments.out,
      description: `${outputArguments.out.description} A name that ends with .png: draw a sheet of images.`,
    },
    ...jobArguments,
    part: { type: 'string', valueHint: '3/10', description: 'The third of ten parts of the jobs, without an engine.' },
  },
  run: async ({ args, data: signal }) => {
    const count = parseNumber('--count', args.count, countRange);
    if (args.engine !== undefined || args.part !== undefined) {
      const { sampleJobs } = await import('../cluster/sample-jobs.ts');
      refuseForJobs(args, ['given', 'contexts', 'columns']);
      await sampleJobs({
        model: args.model,
        count,
        temperature: parseNumber('--temperature', args.temperature ?? '1', { least: 0, most: 1e6 }),
        seed: numberOption('--seed', args.seed, seedRange, 0),
        out: requireOut(args.out),
        format: args.format,
        ...jobOptions(args),
        part: args.part,
        signal,
      });
      return;
    }
    refuseWithoutEngine(args);
    const { sample } = await import('../score/sample.ts');
    await sample({
      model: args.model,
      count,
      temperatures: (listOption('--temperature', args.temperature) ?? ['1']).map((text) =>
        parseNumber('--temperature', text, { least: 0, most: 1e6 }),
      ),
      given: listOption('--given', args.given),
      contexts: args.contexts,
      columns: numberOption('--columns', args.columns, countRange, undefined),
      seed: numberOption('--seed', args.seed, seedRange, 0),
      out: args.out,
      format: args.format,
      signal,
    });
  },
});
