import { closeSync, openSync, readSync } from 'node:fs';
import { DiffeoError } from '@diffeo/core';
import { didYouMean, shortName } from '@diffeo/core/arguments';
import { type CsvOptions, type ToyDensity, toyDensities } from '@diffeo/datasets';
import { isImageFile } from '@diffeo/datasets/node';
import { fileKind } from '../files/file-kind.ts';
import { standardInput } from '../terminal/standard-input.ts';

/** What the argument DATA names. */
export type DataSource =
  | { readonly kind: 'toy'; readonly name: string; readonly toy: ToyDensity }
  | { readonly kind: 'digits'; readonly name: string }
  | {
      readonly kind: 'images';
      readonly name: string;
      readonly published: PublishedName | null;
      /** Whether the name is one of a folder of pictures. */
      readonly pictures: boolean;
    }
  | { readonly kind: 'csv'; readonly name: string };

/** The data sets of images that are published in a training and a test part. */
const published = ['mnist', 'fashion-mnist'] as const;
type PublishedName = (typeof published)[number];

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

/**
 * What data a name stands for: a file when there is one of that name or when the name has a path separator or a dot in
 * it, standard input for `-`; otherwise a toy density, `digits`, or a published set of images. Throws `DATA` for none of them, and `USAGE` for CSV options on what is not CSV.
 */
export function findData(name: string, csv: CsvOptions): DataSource {
  const found = published.find((set) => set === name && !isFile(name)) ?? null;
  const known = found !== null || name === 'digits' || Object.hasOwn(toyDensities, name);
  const pictures = !known && isFolder(name);
  const images = found !== null || pictures || (isImageFile(name) && !isArrayTable(name));
  if (name === standardInput) return { kind: 'csv', name };
  if (!images && (/[/\\.]/.test(name) || isFile(name))) return { kind: 'csv', name };
  const [option] = Object.keys(csv);
  if (option !== undefined && (images || name === 'digits' || Object.hasOwn(toyDensities, name))) {
    const flag = option === 'missingValues' ? 'missing-values' : option;
    throw new DiffeoError('USAGE', `--${flag} is for CSV files, and '${name}' is none`);
  }
  if (images) return { kind: 'images', name, published: found, pictures };
  if (name === 'digits') return { kind: 'digits', name };
  const toy = Object.hasOwn(toyDensities, name) ? toyDensities[name] : undefined;
  if (toy) return { kind: 'toy', name, toy: toy() };
  const meant = didYouMean(name, [...Object.keys(toyDensities), 'digits', ...published]) || '.';
  throw new DiffeoError(
    'DATA',
    `there is no file '${shortName(name)}' and no toy density of that name${meant} Give a CSV file, - for one on standard input, images (IDX, NPY, NPZ, or a folder of PNG and JPEG), digits, ${published.join(', ')}, or one of ${Object.keys(toyDensities).join(', ')}`,
  );
}
