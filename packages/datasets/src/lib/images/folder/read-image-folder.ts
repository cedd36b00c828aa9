import { DiffeoError } from '@diffeo/core';
import { nameInMessage } from '../../files/name-in-message.ts';
import { readBytes } from '../../files/read-bytes.ts';
import type { Images } from '../images.ts';
import { maxPictureBytes } from '../pictures/decoded-picture.ts';
import { listPictures } from './list-pictures.ts';
import { pictureDecoder } from './picture-decoder.ts';
import { readPictureHeaders } from './picture-headers.ts';

/** A folder of pictures by their headers. */
export interface FoundPictures {
  /** Height and width of each, upright, and its path within the folder. */
  readonly pictures: readonly { readonly name: string; readonly height: number; readonly width: number }[];
  /** 1 if all are grey, else 3; or what was asked for. */
  readonly channels: 1 | 3;
  /** Pictures in formats that are not read, and are left out. */
  readonly others: readonly string[];
}

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
  /** The most memory that the images may take, in bytes. Default 2 GiB. */
  readonly maxBytes?: number;
  /** Sees what the headers say before any picture is unpacked; what it throws ends reading. */
  readonly check?: (found: FoundPictures) => void;
  /** Stops reading at once. */
  readonly signal?: AbortSignal;
}

function checkOptions({ size, limit = Infinity }: ImageFolderOptions): void {
  if (size && !size.every((side) => Number.isInteger(side) && side >= 1 && side <= 4096)) {
    throw new DiffeoError(
      'CONFIG',
      `readImageFolder: size is a height and a width from 1 to 4096; got ${size.join(' × ')}`,
    );
  }
  if (!(limit >= 1)) throw new DiffeoError('CONFIG', `readImageFolder: limit must be 1 or more; got ${limit}`);
}

/** The one size that all pictures have. Throws `DATA`. */
function commonSize(pictures: FoundPictures['pictures']): readonly [height: number, width: number] {
  const [first, ...more] = pictures as [FoundPictures['pictures'][number], ...FoundPictures['pictures']];
  const other = more.find(({ height, width }) => height !== first.height || width !== first.width);
  if (!other) return [first.height, first.width];
  throw new DiffeoError(
    'DATA',
    `${nameInMessage(other.name)} has ${other.height} × ${other.width} pixels, and ${nameInMessage(first.name)} has ${first.height} × ${first.width}: give a size to bring them to`,
  );
}

/**
 * Reads a folder of PNG and JPEG files, in the order of their names. Folders in it are classes: their names, sorted, become
 * the images' `classes`. Headers are read first, and nothing is unpacked that would not fit. Decodes on a thread. Node only.
 *
 * @throws DiffeoError `FILE` for a file that is not a picture, damaged or larger than 2²⁴ pixels, by its name; `DATA` when there
 * is none, or sizes differ and none was given; `MEMORY` when they take more than `maxBytes`; `CONFIG`; `CANCELLED`.
 */
export async function readImageFolder(folder: string, options: ImageFolderOptions = {}): Promise<Images> {
  checkOptions(options);
  const { limit = Infinity, maxBytes = 2 ** 31, check, signal } = options;
  const { pictures: all, classes, others } = await listPictures(folder);
  const pictures = all.slice(0, limit);
  const headers = await readPictureHeaders(pictures, signal);
  const channels = options.channels ?? (headers.some((header) => header.channels === 3) ? 3 : 1);
  const found = headers.map(({ height, width }, i) => ({ name: pictures[i]?.name ?? '', height, width }));
  check?.({ pictures: found, channels, others });
  const size = options.size ?? commonSize(found);
  const [height, width] = size;
  const each = height * width * channels;
  if (pictures.length * each > maxBytes) {
    throw new DiffeoError(
      'MEMORY',
      `${nameInMessage(folder)} holds ${pictures.length} pictures of ${height} × ${width} × ${channels}, ${pictures.length * each} bytes, and at most ${maxBytes} are read: give a smaller size or a limit`,
    );
  }
  const pixels = new Uint8Array(pictures.length * each);
  const decoder = pictureDecoder(signal);
  try {
    for (const [i, { path, name }] of pictures.entries()) {
      const source = nameInMessage(name);
      const bytes = await readBytes(path, { maxBytes: maxPictureBytes, name: source, signal });
      pixels.set(await decoder.decode({ bytes, source, size, channels }), i * each);
    }
  } finally {
    await decoder.close();
  }
  return {
    ...{ count: pictures.length, eventShape: [height, width, channels] as const, bins: 256, values: pixels },
    ...(classes && { classes, labels: Int32Array.from(pictures, ({ label }) => label) }),
  };
}
