import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import { readingFault } from '../../files/file-error.ts';
import { nameInMessage, namesInMessage } from '../../files/name-in-message.ts';

/** A file of a folder of pictures. */
export interface ListedPicture {
  readonly path: string;
  /** Its path within the folder. */
  readonly name: string;
  /** The number of its class, 0 where there are none. */
  readonly label: number;
}

/** The pictures of a folder. */
export interface PictureList {
  readonly pictures: readonly ListedPicture[];
  /** The names of the folders in it, where they hold the pictures. */
  readonly classes: readonly string[] | null;
  /** Pictures in formats that are not read. */
  readonly others: readonly string[];
}

const isPicture = (name: string): boolean => /\.(png|jpe?g|jpe|jfif)$/i.test(name);
const isOtherPicture = (name: string): boolean =>
  /\.(gif|webp|bmp|tiff?|avif|hei[cf]|svgz?|ico|jxl|jp2|j2k|p[bgp]m|tga|psd|dng|cr[23w]|nef|arw)$/i.test(name);
/** What programs leave in folders for themselves. */
const isHidden = (name: string): boolean => name.startsWith('.') || name === '__MACOSX';
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

interface Entries {
  readonly files: readonly string[];
  readonly others: readonly string[];
  readonly folders: readonly string[];
}

async function entries(folder: string): Promise<Entries> {
  try {
    const found = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !isHidden(name));
    const named = (wanted: boolean) => found.filter((entry) => entry.isDirectory() === wanted).map(({ name }) => name);
    const files = named(false).sort(byName);
    return { files: files.filter(isPicture), others: files.filter(isOtherPicture), folders: named(true).sort(byName) };
  } catch (cause) {
    throw new DiffeoError('FILE', `the folder ${nameInMessage(folder)} cannot be read: ${readingFault(cause)}`, {
      cause,
    });
  }
}

/** So many folders are looked into for where pictures might be. */
const maxLooks = 200;

/** A folder further down that holds pictures, for advice; `null` where none is found soon. */
async function deeperFolder(folder: string): Promise<string | null> {
  const queue = [folder];
  for (let i = 0; i < Math.min(queue.length, maxLooks); i++) {
    const place = queue[i] as string;
    const { files, folders } = await entries(place).catch((): Entries => ({ files: [], others: [], folders: [] }));
    if (files.length > 0) return place;
    queue.push(...folders.map((name) => join(place, name)));
  }
  return null;
}

/**
 * The PNG and JPEG files of a folder, by their names: its own, or those of the folders in it, whose names are the classes.
 * Hidden files are left out. Throws `FILE`; `DATA` when there are none, or both kinds.
 */
export async function listPictures(folder: string): Promise<PictureList> {
  const { files, others, folders } = await entries(folder);
  const name = nameInMessage(folder);
  const inside: (Entries & { readonly name: string })[] = [];
  for (const each of folders) inside.push({ name: each, ...(await entries(join(folder, each))) });
  const filled = inside.filter((each) => each.files.length > 0);
  if (files.length > 0 && filled.length > 0) {
    throw new DiffeoError(
      'DATA',
      `${name} holds pictures and folders of pictures (${namesInMessage(
        filled.map((each) => each.name),
        3,
      )}): put all of them into folders, whose names are their classes, or none`,
    );
  }
  if (files.length > 0) {
    return {
      pictures: files.map((file) => ({ path: join(folder, file), name: file, label: 0 })),
      classes: null,
      others,
    };
  }
  const allOthers = [...others, ...inside.flatMap((each) => each.others.map((file) => join(each.name, file)))];
  if (filled.length > 0) {
    const pictures = filled.flatMap((each, label) =>
      each.files.map((file) => ({ path: join(folder, each.name, file), name: join(each.name, file), label })),
    );
    return { pictures, classes: filled.map((each) => each.name), others: allOthers };
  }
  const found = allOthers.length > 0 ? `. It holds ${namesInMessage(allOthers, 3)}: convert them` : '';
  const deeper = found === '' ? await deeperFolder(folder) : null;
  const advice = deeper === null ? found : `. Some are in ${nameInMessage(deeper)}: give that folder`;
  throw new DiffeoError(
    'DATA',
    `${name} holds no picture: neither PNG nor JPEG files, in it or in folders in it${advice}`,
  );
}
