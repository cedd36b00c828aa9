import { DiffeoError } from '@diffeo/core';
import { didYouMean } from '@diffeo/core/arguments';
import { numberOption, parseNumber } from './number-option.ts';

/** The options of every command that reads images, for citty. */
export const imageArguments = {
  folder: { type: 'string', valueHint: 'dir', description: 'Where the files of mnist or fashion-mnist are.' },
  bits: { type: 'string', description: 'How many bits of each number to keep, the highest. Default: all.' },
  size: {
    type: 'string',
    valueHint: '32x32',
    description: 'Height and width to bring the pictures of a folder to. Default: theirs, or what the model takes.',
  },
} as const;

/** {@link imageArguments} as they are meant. */
export const imageOptions = ({
  folder,
  bits,
  size,
}: {
  readonly folder: string | undefined;
  readonly bits: string | undefined;
  readonly size: string | undefined;
}) => ({
  folder,
  bits: numberOption('--bits', bits, { whole: true, least: 1, most: 8 }, undefined),
  size: sizeOption('--size', size),
});

const side = { whole: true, least: 1, most: 4096 };

/** Height and width as `32x32`, or `undefined` without a text. Throws `USAGE`. */
export function sizeOption(name: string, text: string | undefined): readonly [number, number] | undefined {
  if (text === undefined) return undefined;
  const [height, width, ...more] = text.split(/[x×]/i);
  if (height === undefined || width === undefined || more.length > 0) {
    throw new DiffeoError('USAGE', `${name} is a height and a width such as 32x32; got '${text.slice(0, 80)}'`);
  }
  return [parseNumber(name, height, side), parseNumber(name, width, side)];
}

type Part = 'train' | 'validation' | 'held-out';

/** Which part of the images, for citty. */
export const partArgument = {
  type: 'enum',
  options: ['train', 'validation', 'held-out'] as string[],
  description: 'A part of the images alone, as train split them for this model.',
} as const;

/** {@link partArgument} as it is meant. Throws `USAGE` for what is none. */
export function partOf(text: string | undefined): Part | undefined {
  if (text === undefined || partArgument.options.includes(text)) return text as Part | undefined;
  throw new DiffeoError(
    'USAGE',
    `--part is one of ${partArgument.options.join(', ')}; got '${text}'${didYouMean(text, partArgument.options)}`,
  );
}
