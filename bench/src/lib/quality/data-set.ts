import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DiffeoError, fold, type Seed } from '@diffeo/core';
import { split } from '@diffeo/datasets';
import { type Images, imagesFrom } from '@diffeo/datasets/images';
import { readDigits, readIdxImages } from '@diffeo/datasets/node';

/** Images in three parts, how they are learned, and what is wanted. */
export interface DataSet {
  readonly name: SetName;
  readonly train: Images;
  /** Decides which parameters are kept. */
  readonly validation: Images;
  /** Never seen in training. */
  readonly test: Images;
  /** How the parts came about. */
  readonly parts: string;
  /** Of the flow: steps at each of two levels, and the width of its networks. */
  readonly flow: { readonly steps: number; readonly width: number };
  /** How long each run may take where nobody says. */
  readonly minutes: number;
  /** More steps of training than this do harm where there are few images. */
  readonly maxSteps: number;
  /** The bits per dimension that are wanted at most; of digits, none: a Gaussian is to be beaten. */
  readonly target: number | null;
}

export const setNames = ['digits', 'mnist', 'fashion'] as const;
export type SetName = (typeof setNames)[number];

/** Where the data lie beside a checkout. */
const besideRepository = fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

async function digits(seed: Seed): Promise<DataSet> {
  const { images } = await readDigits();
  const all = imagesFrom({ shape: [images.count, 8, 8], data: images.values }, { bins: 17 });
  return {
    name: 'digits',
    ...split(all, { train: 0.8, validation: 0.1, test: 0.1 }, fold(seed, 'split')),
    parts: 'split by the seed',
    flow: { steps: 6, width: 48 },
    ...{ minutes: 4, maxSteps: 1500, target: null },
  };
}

/** What is the same of both sets of 28 × 28 pixels. */
const large = { flow: { steps: 8, width: 64 }, maxSteps: Number.POSITIVE_INFINITY } as const;

async function mnist(seed: Seed, file: string): Promise<DataSet> {
  const all = await readIdxImages(file);
  return {
    name: 'mnist',
    ...split(all, { train: 0.8, validation: 0.1, test: 0.1 }, fold(seed, 'split')),
    parts: 'split by the seed, not padded',
    ...large,
    ...{ minutes: 10, target: 1.35 },
  };
}

async function fashion(seed: Seed, trainFile: string, testFile: string): Promise<DataSet> {
  const [all, test] = [await readIdxImages(trainFile), await readIdxImages(testFile)];
  const validation = Math.min(1000, Math.floor(all.count / 10));
  const parts = split(all, { train: all.count - validation, validation }, fold(seed, 'split'));
  return {
    name: 'fashion',
    ...{ train: parts.train, validation: parts.validation, test },
    parts: 'published test part, not padded',
    ...large,
    ...{ minutes: 18, target: 3.2 },
  };
}

/** Sets that were read, and those for which there are no files. */
export interface DataSets {
  readonly sets: readonly DataSet[];
  readonly leftOut: readonly string[];
}

/**
 * Reads the sets that were asked for, or all for which there are files. `folder` holds `mnist10k-images-idx3-ubyte.gz` and
 * `fashion-mnist/`; the digits come with the project. Throws `FILE` when a set that was asked for is not there.
 */
export async function readDataSets({
  only,
  folder = besideRepository,
  seed,
}: {
  readonly only: readonly SetName[] | undefined;
  readonly folder: string | undefined;
  readonly seed: Seed;
}): Promise<DataSets> {
  const inFashion = (name: string) => join(folder, 'fashion-mnist', `${name}-images-idx3-ubyte.gz`);
  const files: Record<SetName, readonly string[]> = {
    digits: [],
    mnist: [join(folder, 'mnist10k-images-idx3-ubyte.gz')],
    fashion: [inFashion('train'), inFashion('t10k')],
  };
  const read = { digits, mnist, fashion } as const;
  const sets: DataSet[] = [];
  const leftOut: string[] = [];
  for (const name of only ?? setNames) {
    const missing = files[name].find((file) => !existsSync(file));
    if (missing !== undefined && only)
      throw new DiffeoError('FILE', `${missing} is not there; --data FOLDER says where`);
    if (missing !== undefined) leftOut.push(name);
    else sets.push(await read[name](seed, ...(files[name] as [string, string])));
  }
  return { sets, leftOut };
}
