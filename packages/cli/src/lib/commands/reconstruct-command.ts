import { defineCommand } from 'citty';
import { imageArguments, imageOptions, partArgument, partOf } from '../options/image-arguments.ts';
import { countRange, numberOption, seedRange } from '../options/number-option.ts';

/** `diffeo reconstruct MODEL DATA` */
export const reconstructCommand = defineCommand({
  meta: {
    name: 'reconstruct',
    description: 'Take images to their latents and back, and count what comes back exactly.',
  },
  args: {
    model: { type: 'positional', required: true, description: 'A model of images, or the folder that train wrote.' },
    data: {
      type: 'positional',
      required: true,
      description: 'Images: IDX, NPY, NPZ, a folder of PNG and JPEG files, mnist, fashion-mnist, digits.',
    },
    count: { type: 'string', description: 'How many images, from the first on. Default 1000.' },
    seed: { type: 'string', description: 'Draws the noise of dequantization. Default 0.' },
    ...imageArguments,
    part: partArgument,
    out: { type: 'string', valueHint: 'sheet.png', description: 'Draw originals above what came back there.' },
    json: { type: 'boolean', description: 'Print the result as one JSON object.' },
  },
  run: async ({ args, data: signal }) => {
    const { reconstruct } = await import('../images/reconstruct.ts');
    await reconstruct({
      model: args.model,
      data: args.data,
      limit: numberOption('--count', args.count, countRange, 1000),
      seed: numberOption('--seed', args.seed, seedRange, 0),
      csv: {},
      images: { ...imageOptions(args), part: partOf(args.part) },
      out: args.out,
      json: args.json === true,
      signal,
    });
  },
});
