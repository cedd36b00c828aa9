import { basename, dirname, resolve } from 'node:path';
import { crc32 } from '@diffeo/core';

/** What files of the formats that are read end with. */
const endings =
  /(?<=.)(\.(csv|tsv|tab|psv|ssv|txt|dat|data|json|jsonl|ndjson|parquet|arrow|feather|ipc|npy|npz|idx\d?|gz))+$/i;

/** What no name of a folder should hold: spaces, what a shell or a system takes for its own, and what cannot be seen. */
const troublesome = /[\s/\\:*?"'`<>|&;$!#%^(){}[\]~=,\p{C}]+/gu;

/** Systems allow 255 bytes. */
const maxBytes = 120;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** As many characters from the beginning as have room in so many bytes. */
function beginning(text: string, room: number): string {
  let kept = '';
  for (const character of text) {
    if (bytesOf(kept + character).length > room) break;
    kept += character;
  }
  return kept;
}

/** The last part of a path that is a name: of a pattern for all files of a folder, the folder's. */
function nameOf(path: string): string {
  const name = basename(path).replace(endings, '');
  return /^[*?]*\*[*?]*$/.test(name) && dirname(path) !== path ? nameOf(dirname(path)) : name;
}

/**
 * The folder for data of this name unless `--out` names one: `diffeo-two-moons`, `diffeo-wine` for `data/wine.csv`, `diffeo-rows` for `rows/*.csv`. Letters of
 * every script stay; what is too long is cut and told apart by a checksum.
 */
export function defaultFolder(data: string): string {
  const name = data === '-' ? 'stdin' : nameOf(resolve(data));
  const plain = name
    .normalize('NFC')
    .replace(troublesome, '-')
    .replace(/[-. ]+$/, '');
  if (!/[^-._]/.test(plain)) return `diffeo-${name === '' ? 'data' : crc32(bytesOf(name))}`;
  if (bytesOf(plain).length <= maxBytes) return `diffeo-${plain}`;
  return `diffeo-${beginning(plain, maxBytes)}-${crc32(bytesOf(name))}`;
}
