import { DiffeoError } from '@diffeo/core';
import { type ImageOptions, imageOption } from '../images/image-data.ts';
import type { RowsOptions } from './data-source.ts';

/** Throws `USAGE` where an option was given that is for images alone. `how` says how the data are taken as images. */
export function refuseImageOptions(
  name: string,
  images: (Partial<ImageOptions> & Pick<NonNullable<RowsOptions['images']>, 'part'>) | undefined = {},
  how = '',
): void {
  const unused = imageOption(images) ?? (images.part && '--part');
  if (unused !== undefined) throw new DiffeoError('USAGE', `${unused} is for images, and '${name}' is none${how}`);
}

/** Throws `USAGE` where a number of points was given, which toys alone take. */
export function refuseCount(name: string, count: number | undefined): void {
  if (count !== undefined) throw new DiffeoError('USAGE', `--count is for toy densities, and ${name} is none`);
}
