import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { builtFolder } from './site-pages.ts';

const sizes = new Map<string, number>();

/** Of files of the site, in thousands of bytes, as hosts send them. Each counts once. */
export const kilobytes = (site: string, paths: Iterable<string>): number =>
  [...new Set(paths)].reduce((sum, path) => sum + sizeOf(path.slice(new URL(site).pathname.length)), 0);

function sizeOf(file: string): number {
  const size = sizes.get(file) ?? gzipSync(readFileSync(join(builtFolder, file))).length / 1000;
  sizes.set(file, size);
  return size;
}
