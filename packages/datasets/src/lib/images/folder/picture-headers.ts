import { DiffeoError } from '@diffeo/core';
import { fileChunks } from '../../files/file-chunks.ts';
import { nameInMessage } from '../../files/name-in-message.ts';
import { pictureHeader } from '../pictures/decode-picture.ts';
import { maxPictureBytes, PictureFault, type PictureHeader, refusePicture } from '../pictures/decoded-picture.ts';
import type { ListedPicture } from './list-pictures.ts';

/** What a picture's header says, read from as much of the file as it takes. Throws `FILE`. */
async function readPictureHeader({ path, name }: ListedPicture): Promise<PictureHeader> {
  const source = nameInMessage(name);
  const chunks: Uint8Array[] = [];
  let [size, tried] = [0, 0];
  try {
    for await (const chunk of fileChunks(path, { maxBytes: maxPictureBytes, name: source })) {
      chunks.push(chunk);
      size += chunk.length;
      // Not after each chunk of a long file: that would be quadratic.
      if (size < 2 * tried) continue;
      tried = size;
      const header = pictureHeader(Buffer.concat(chunks), source);
      if (header) return header;
    }
    const bytes = Buffer.concat(chunks);
    return pictureHeader(bytes, source) ?? refusePicture(source, 'is cut: its header is not whole.');
  } catch (cause) {
    if (cause instanceof PictureFault) throw new DiffeoError('FILE', cause.message, { cause });
    throw cause;
  }
}

/** What the headers of pictures say, before any is unpacked. Throws `FILE` with the name of the first that has none; `CANCELLED`. */
export async function readPictureHeaders(
  pictures: readonly ListedPicture[],
  signal?: AbortSignal,
): Promise<readonly PictureHeader[]> {
  const headers: PictureHeader[] = [];
  for (const picture of pictures) {
    if (signal?.aborted) throw new DiffeoError('CANCELLED', 'reading pictures was cancelled');
    headers.push(await readPictureHeader(picture));
  }
  return headers;
}
