import { DiffeoError } from '@diffeo/core';
import { defineCommand } from 'citty';
import { imageArguments, imageOptions, partArgument, partOf } from '../options/image-arguments.ts';
import { listOption } from '../options/list-option.ts';
import { countRange, numberOption, parseNumber, seedRange } from '../options/number-option.ts';

const index = { whole: true, least: 0, most: 1e9 };

/** `diffeo interpolate MODEL DATA --out sheet.png` */
export const interpolateCommand = defineCommand({
  meta: { name: 'interpolate', description: 'Draw what lies between pairs of images, in their latents.' },
  args: {
    model: { type: 'positional', required: true, description: 'A model of images, or the folder that train wrote.' },
    data: {
      type: 'positional',
      required: true,
      description: 'Images: IDX, NPY, NPZ, a folder of PNG and JPEG files, mnist, fashion-mnist, digits.',
    },
    from: { type: 'string', valueHint: '0,1', description: 'The images to start from, counted from 0.' },
    to: { type: 'string', valueHint: '5,6', description: 'The images to end at, as many.' },
    pairs: { type: 'string', description: 'How many pairs to draw where they are not said. Default 8.' },
    steps: { type: 'string', description: 'How many images there are on each way, both ends included. Default 8.' },
    path: {
      type: 'enum',
      options: ['spherical', 'linear'] as string[],
      description: 'Around the centre of the latents, which is the default, or straight.',
    },
    seed: { type: 'string', description: 'Draws pairs and the noise of dequantization. Default 0.' },
    ...imageArguments,
    part: partArgument,
    out: { type: 'string', valueHint: 'sheet.png', required: true, description: 'Where to draw.' },
  },
  run: async ({ args, data: signal }) => {
    const { interpolate } = await import('../images/interpolate.ts');
    if (args.pairs !== undefined && (args.from !== undefined || args.to !== undefined)) {
      throw new DiffeoError('USAGE', '--pairs is for pairs that are drawn: leave it out, or --from and --to');
    }
    const list = (name: string, text: string | undefined) =>
      listOption(name, text)?.map((entry) => parseNumber(name, entry, index));
    await interpolate({
      model: args.model,
      data: args.data,
      from: list('--from', args.from),
      to: list('--to', args.to),
      pairs: numberOption('--pairs', args.pairs, { ...countRange, most: 1000 }, 8),
      steps: numberOption('--steps', args.steps, { whole: true, least: 2, most: 1000 }, 8),
      path: (args.path ?? 'spherical') as 'linear' | 'spherical',
      seed: numberOption('--seed', args.seed, seedRange, 0),
      csv: {},
      images: { ...imageOptions(args), part: partOf(args.part) },
      out: args.out,
      signal,
    });
  },
});
