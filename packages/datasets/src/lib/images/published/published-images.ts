import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Images } from '../images.ts';
import { readIdxImages } from '../read-idx-images.ts';
import { cacheFolder } from './cache-folder.ts';
import { download } from './download.ts';

/** Where a data set is taken from. */
export interface PublishedOptions {
  /** A folder that holds the four files, packed or not: nothing is downloaded or checked against a checksum. */
  readonly folder?: string;
  /** Addresses of folders to download from, instead of the usual ones, in the order in which they are tried. */
  readonly mirrors?: readonly string[];
  /** Stops a download. */
  readonly signal?: AbortSignal;
}

/** The published parts of a data set. */
export interface PublishedImages {
  readonly train: Images;
  readonly test: Images;
}

/** A data set of four IDX files. */
export interface PublishedFiles {
  /** Its folder in the cache. */
  readonly name: string;
  readonly mirrors: readonly string[];
  /** Length in bytes and SHA-256 of each packed file. */
  readonly files: Readonly<Record<FileName, readonly [size: number, sha256: string]>>;
  readonly classes: readonly string[];
}

const names = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'] as const;
type FileName = (typeof names)[number];

function inFolder(folder: string, name: string): string {
  const plain = join(folder, `${name}-ubyte`);
  return existsSync(plain) ? plain : `${plain}.gz`;
}

async function downloaded(set: PublishedFiles, name: FileName, options: PublishedOptions): Promise<string> {
  const path = join(cacheFolder(), set.name, `${name}-ubyte.gz`);
  const [size, sha256] = set.files[name];
  const urls = (options.mirrors ?? set.mirrors).map((mirror) => `${mirror.replace(/\/$/, '')}/${name}-ubyte.gz`);
  await download(path, { urls, sha256, size }, { signal: options.signal });
  return path;
}

/** Reads a published data set from a folder, from the cache, or from the net. */
export async function readPublished(set: PublishedFiles, options: PublishedOptions): Promise<PublishedImages> {
  const { folder } = options;
  const paths: string[] = [];
  for (const name of names) paths.push(folder ? inFolder(folder, name) : await downloaded(set, name, options));
  const [trainImages = '', trainLabels = '', testImages = '', testLabels = ''] = paths;
  const { classes } = set;
  return {
    train: await readIdxImages(trainImages, { labels: trainLabels, classes }),
    test: await readIdxImages(testImages, { labels: testLabels, classes }),
  };
}
