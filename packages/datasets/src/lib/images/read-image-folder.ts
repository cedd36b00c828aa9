import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import { fitPicture } from './fit-picture.ts';
import type { Images } from './images.ts';
import { decodePicture } from './picture.ts';
import { readBytes } from './read-bytes.ts';

/** How a folder of pictures becomes images of one size. */
export interface ImageFolderOptions {
  /**
   * Height and width to cut and shrink (or enlarge) pictures to: the largest part of the middle that has the shape, each new
   * pixel the mean of what it covers. Default: that of the pictures, which must then all have the same.
   */
  readonly size?: readonly [height: number, width: number];
  /** 1 for grey, 3 for colours. Default: 3 if any picture has colours. */
  readonly channels?: 1 | 3;
  /** Reads the first so many pictures alone, in the order of their names. */
  readonly limit?: number;
  /** Stops reading. */
  readonly signal?: AbortSignal;
}

const isPicture = (name: string): boolean => /\.(png|jpe?g)$/i.test(name);
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** No data set of ours fills so much memory. */
const mostBytes = 2 ** 31;

async function entries(folder: string): Promise<{ readonly files: string[]; readonly folders: string[] }> {
  try {
    const found = await readdir(folder, { withFileTypes: true });
    const named = (wanted: boolean) => found.filter((entry) => entry.isDirectory() === wanted).map(({ name }) => name);
    return { files: named(false).filter(isPicture).sort(byName), folders: named(true).sort(byName) };
  } catch (cause) {
    throw new DiffeoError('FILE', `the folder ${folder} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

interface Listed {
  readonly path: string;
  readonly label: number;
}

/** The pictures of a folder: its own, or those of the folders in it, whose names are the classes. */
async function list(folder: string): Promise<{ readonly pictures: Listed[]; readonly classes: string[] | null }> {
  const { files, folders } = await entries(folder);
  const inside = await Promise.all(folders.map(async (name) => (await entries(join(folder, name))).files));
  const classes = folders.filter((_, i) => (inside[i] as string[]).length > 0);
  if (files.length > 0 && classes.length > 0) {
    throw new DiffeoError(
      'DATA',
      `${folder} holds pictures and folders of pictures: put all of them into folders, whose names are their classes, or none`,
    );
  }
  if (files.length > 0)
    return { pictures: files.map((name) => ({ path: join(folder, name), label: 0 })), classes: null };
  const pictures = folders.flatMap((name, i) =>
    (inside[i] as string[]).map((file) => ({ path: join(folder, name, file), label: classes.indexOf(name) })),
  );
  if (pictures.length > 0) return { pictures, classes };
  throw new DiffeoError('DATA', `${folder} holds no picture: neither PNG nor JPEG files, in it or in folders in it`);
}

/**
 * Reads a folder of PNG and JPEG files, in the order of their names. Folders in it are classes: their names, sorted, become
 * the images' `classes`. Node only.
 *
 * @throws DiffeoError `FILE` for a file that is no picture, damaged or larger than 2²⁴ pixels, by its name; `DATA` when there
 * is none, or sizes differ and none was given; `CONFIG`; `CANCELLED`.
 */
export async function readImageFolder(folder: string, options: ImageFolderOptions = {}): Promise<Images> {
  const { size, limit = Infinity, signal } = options;
  if (size && !size.every((side) => Number.isInteger(side) && side >= 1 && side <= 4096)) {
    throw new DiffeoError(
      'CONFIG',
      `readImageFolder: size is a height and a width from 1 to 4096; got ${size.join(' × ')}`,
    );
  }
  if (!(limit >= 1)) throw new DiffeoError('CONFIG', `readImageFolder: limit must be 1 or more; got ${limit}`);
  const { pictures, classes } = await list(folder);
  const read = pictures.slice(0, limit);
  let shape = size;
  let first = '';
  const kept: { readonly grey: Uint8Array; readonly colour: Uint8Array | null }[] = [];
  let bytes = 0;
  for (const { path } of read) {
    if (signal?.aborted) throw new DiffeoError('CANCELLED', `reading ${folder} was cancelled`);
    const name = relative(folder, path);
    const picture = decodePicture(await readBytes(path), name);
    if (!shape) [shape, first] = [[picture.height, picture.width], name];
    const [height, width] = shape;
    if (!size && (picture.height !== height || picture.width !== width)) {
      throw new DiffeoError(
        'DATA',
        `${name} has ${picture.height} × ${picture.width} pixels, and ${first} has ${height} × ${width}: give a size to bring them to`,
      );
    }
    bytes += 4 * height * width;
    if (bytes > mostBytes) {
      throw new DiffeoError('MEMORY', `${folder} holds more pictures than memory does: give a smaller size or a limit`);
    }
    const colour = picture.channels === 3 && options.channels !== 1;
    kept.push({ grey: fitPicture(picture, shape, 1), colour: colour ? fitPicture(picture, shape, 3) : null });
  }
  const [height, width] = shape as readonly [number, number];
  const channels = options.channels ?? (kept.some(({ colour }) => colour) ? 3 : 1);
  const each = height * width * channels;
  const pixels = new Uint8Array(kept.length * each);
  for (const [i, { grey, colour }] of kept.entries()) {
    if (channels === 1) pixels.set(grey, i * each);
    else
      pixels.set(
        colour ?? grey.reduce((all, value, k) => all.fill(value, 3 * k, 3 * k + 3), new Uint8Array(each)),
        i * each,
      );
  }
  return {
    ...{ count: kept.length, shape: [height, width, channels], levels: 256, pixels },
    ...(classes && { classes, labels: Int32Array.from(read, ({ label }) => label) }),
  };
}
