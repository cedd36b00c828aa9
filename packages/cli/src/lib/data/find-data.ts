import { closeSync, openSync, readSync } from 'node:fs';
import { DiffeoError } from '@diffeo/core';
import { didYouMean, shortName } from '@diffeo/core/arguments';
import { type CsvOptions, toyDensities } from '@diffeo/datasets';
import { isImageFile } from '@diffeo/datasets/node';
import { fileKind } from '../files/file-kind.ts';
import { imageFile, pictureFolder, publishedImages, publishedNames } from '../images/image-data.ts';
import { standardInput } from '../terminal/standard-input.ts';
import type { DataSource } from './data-source.ts';
import { isPattern } from './matching-files.ts';
import { digitsSource } from './sources/digits.ts';
import { imagesSource } from './sources/images.ts';
import { tableSource } from './sources/table.ts';
import { toySource } from './sources/toy.ts';

const isFolder = (path: string): boolean => fileKind(path) === 'folder';

const isFile = (path: string): boolean => {
  const found = fileKind(path);
  return found !== null && found !== 'folder';
};

/** Whether a file of NumPy holds an array of one or two axes, which is a table. */
function isArrayTable(path: string): boolean {
  if (!/\.npy$/i.test(path) || !isFile(path)) return false;
  const head = Buffer.alloc(512);
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const read = readSync(file, head, 0, head.length, 0);
    const [, shape] = /'shape': *\(([\d, ]*)\)/.exec(head.subarray(0, read).toString('latin1')) ?? [];
    return shape !== undefined && (shape.match(/\d+/g) ?? []).length < 3;
  } catch {
    // What is wrong with it is said by its reader.
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const isOneOf = <T extends string>(list: readonly T[], name: string): name is T => list.includes(name as T);

/** What is no table, by its name or its place; `null` where it is one or nothing. */
function otherThanTable(name: string): DataSource | null {
  if (isOneOf(publishedNames, name) && !isFile(name)) return imagesSource(publishedImages(name));
  const toy = Object.hasOwn(toyDensities, name) ? toyDensities[name] : undefined;
  if (name !== 'digits' && !toy && isFolder(name)) return imagesSource(pictureFolder(name));
  if (isImageFile(name) && !isArrayTable(name)) return imagesSource(imageFile(name));
  if (/[/\\.]/.test(name) || isFile(name)) return null;
  if (name === 'digits') return digitsSource(name);
  return toy ? toySource(name, toy()) : null;
}

/**
 * What data a name stands for: a file when there is one of that name or when the name has a path separator or a dot in
 * it, standard input for `-`, several files for a pattern; otherwise a toy density, `digits`, or a published set of images. The one place that tells kinds of
 * data apart. Throws `DATA` for none of them, and `USAGE` for CSV options on what is not CSV.
 */
export function findData(name: string, csv: CsvOptions): DataSource {
  if (name === standardInput || isPattern(name)) return tableSource(name);
  const other = otherThanTable(name);
  if (!other) {
    if (/[/\\.]/.test(name) || isFile(name)) return tableSource(name);
    const names = [...Object.keys(toyDensities), 'digits', ...publishedNames];
    throw new DiffeoError(
      'DATA',
      `there is no file '${shortName(name)}' and no toy density of that name${didYouMean(name, names) || '.'} Give a file of a table, a pattern for several, - for one on standard input, images (IDX, NPY, NPZ, or a folder of PNG and JPEG), digits, ${publishedNames.join(', ')}, or one of ${Object.keys(toyDensities).join(', ')}`,
    );
  }
  const [option] = Object.keys(csv);
  if (option === undefined) return other;
  const flag = option === 'missingValues' ? 'missing-values' : option;
  throw new DiffeoError('USAGE', `--${flag} is for CSV files, and '${name}' is none`);
}
