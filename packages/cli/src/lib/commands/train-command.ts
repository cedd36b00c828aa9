import { defineCommand } from 'citty';
import type { ImageOptions } from '../images/image-data.ts';
import { csvArguments, csvOptions } from '../options/csv-arguments.ts';
import { flowArguments, flowRequest } from '../options/flow-arguments.ts';
import { imageArguments, imageOptions, sizeOption } from '../options/image-arguments.ts';
import { listOption } from '../options/list-option.ts';
import { countRange, numberOption, seedRange } from '../options/number-option.ts';

/** `diffeo train DATA` */
export const trainCommand = defineCommand({
  meta: { name: 'train', description: 'Fit a flow to data by maximum likelihood and save it.' },
  args: {
    data: {
      type: 'positional',
      required: true,
      description:
        "A toy density's name, digits, mnist, fashion-mnist, a table (CSV, Parquet, Arrow, JSON lines, NPY), - for one on standard input, or images: IDX, NPY, NPZ, a folder of PNG and JPEG files.",
    },
    effort: {
      type: 'enum',
      options: ['fast', 'standard', 'best'] as string[],
      description: 'How much work a table is worth: seconds, about a minute (the default), or several.',
    },
    context: {
      type: 'string',
      valueHint: 'species,year',
      description: 'Of a table: columns that the density is conditioned on. The model is p(the others | these).',
    },
    ...flowArguments,
    ...imageArguments,
    dequantize: {
      type: 'enum',
      options: ['uniform', 'variational'] as string[],
      description: 'The noise that makes whole numbers dense: even, or learned (the default).',
    },
    pad: { type: 'string', valueHint: '32x32', description: 'Height and width to pad images to.' },
    flips: { type: 'boolean', description: 'Mirror half of the images of each batch, left for right.' },
    seed: { type: 'string', description: 'The same seed repeats a run to the bit. Default 0.' },
    ...csvArguments,
    limit: {
      type: 'string',
      description: 'At most this many rows of a file, drawn by the seed; rows of a toy to train on.',
    },
    'held-out': { type: 'string', description: 'Rows to test on. Default: a tenth of a file, 100000 of a toy.' },
    out: {
      type: 'string',
      valueHint: 'dir',
      description: 'The folder to write into. Default: diffeo-<name of the data>.',
    },
    resume: {
      type: 'boolean',
      description:
        'Go on with a run of the same arguments that was interrupted, as though it had not been; begin where there is none.',
    },
    anew: {
      type: 'boolean',
      description: 'Begin again where an interrupted run, or a model of other data, is in the folder.',
    },
    json: { type: 'boolean', description: 'Print the result as one JSON object.' },
  },
  run: async ({ args, data: signal }) => {
    const whole = (name: string, text: string | undefined) => numberOption(name, text, countRange, undefined);
    const { train } = await import('../train/train.ts');
    await train({
      data: args.data,
      ...flowRequest(args),
      context: listOption('--context', args.context),
      effort: args.effort as 'fast' | 'standard' | 'best' | undefined,
      images: {
        ...imageOptions(args),
        pad: sizeOption('--pad', args.pad),
        flips: args.flips === true ? true : undefined,
        dequantize: args.dequantize as 'uniform' | 'variational' | undefined,
      } as Partial<ImageOptions>,
      seed: numberOption('--seed', args.seed, seedRange, 0),
      limit: whole('--limit', args.limit),
      heldOut: numberOption('--held-out', args['held-out'], { ...countRange, least: 2 }, undefined),
      csv: csvOptions(args),
      out: args.out,
      resume: args.resume === true,
      anew: args.anew === true,
      json: args.json === true,
      signal,
    });
  },
});
