import { isDiffeoError } from '@diffeo/core';
import { type NumberArray, parseIdx, parseNpy, parseNpz } from '../src/images.ts';
import { decodePicture, pictureHeader } from '../src/lib/images/pictures/decode-picture.ts';
import { PictureFault } from '../src/lib/images/pictures/decoded-picture.ts';
import { type Chance, chance } from './lib/chance.ts';
import { mutatedIdx, mutatedIdxGz, mutatedNpy, mutatedNpz } from './lib/mutated-arrays.ts';
import { mutatedJpeg } from './lib/mutated-jpeg.ts';
import { mutatedPng } from './lib/mutated-png.ts';

export const description =
  'PNG, JPEG, IDX, gzipped IDX, NPY and NPZ files with lies about their structure are read as they say or refused in words, within 2 seconds of the processor and 256 MiB.';
export const takes = '5 minutes';
export const counts = { whole: 10_000, short: 100 };

function requireFilled({ shape, data }: NumberArray): void {
  const size = shape.reduce((product, length) => product * length, 1);
  if (data.length !== size) throw new Error(`${data.length} numbers do not fill [${shape}]`);
}

function readPicture(bytes: Uint8Array): void {
  const { width, height, channels, data } = decodePicture(bytes, 'x');
  if (data.length !== width * height * channels) throw new Error(`${data.length} numbers for ${width} × ${height}`);
  const header = pictureHeader(bytes, 'x');
  if (header?.width !== width || header.height !== height || header.channels !== channels) {
    throw new Error(`the header said ${JSON.stringify(header)}, and there are ${width} × ${height} × ${channels}`);
  }
}

const formats: Readonly<
  Record<string, readonly [(chances: Chance) => Uint8Array, (bytes: Uint8Array) => void | Promise<void>]>
> = {
  png: [mutatedPng, readPicture],
  jpeg: [mutatedJpeg, readPicture],
  idx: [mutatedIdx, async (bytes) => requireFilled(await parseIdx(bytes))],
  'idx.gz': [mutatedIdxGz, async (bytes) => requireFilled(await parseIdx(bytes))],
  npy: [mutatedNpy, (bytes) => requireFilled(parseNpy(bytes))],
  npz: [
    mutatedNpz,
    async (bytes) => {
      for (const array of (await parseNpz(bytes)).values()) requireFilled(array);
    },
  ],
};

/** Whether the file was read; throws when it was refused in another way than in a line of printable words. */
async function isRead(read: (bytes: Uint8Array) => void | Promise<void>, bytes: Uint8Array): Promise<boolean> {
  try {
    await read(bytes);
    return true;
  } catch (error) {
    if (!(error instanceof PictureFault) && !isDiffeoError(error)) throw error;
    const { message } = error;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: messages hold none
    if (message.length > 600 || /[\u0000-\u001f\u007f]/.test(message)) throw new Error(`a message: ${message}`);
    return false;
  }
}

/** `count` mutations of each format. Throws at the first that is not refused in words, or takes too long or too much memory. */
export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  const figures: string[] = [];
  for (const [name, [mutated, read]] of Object.entries(formats)) {
    let [readable, slowest, largest] = [0, 0, 0];
    for (let trial = 0; trial < count; trial++) {
      const bytes = mutated(chance(seed, trial));
      const [before, begin] = [process.memoryUsage.rss(), process.cpuUsage()];
      try {
        if (await isRead(read, bytes)) readable += 1;
      } catch (cause) {
        throw new Error(`${name}, mutation ${trial} of seed ${seed}`, { cause });
      }
      const { user, system } = process.cpuUsage(begin);
      slowest = Math.max(slowest, (user + system) / 1000);
      largest = Math.max(largest, process.memoryUsage.rss() - before);
      if (slowest > 2000 || largest > 2 ** 28) {
        throw new Error(`${name}, mutation ${trial} of seed ${seed}: ${slowest.toFixed(0)} ms, ${largest} bytes`);
      }
    }
    figures.push(
      `${name}: ${readable} read, ${count - readable} refused, at most ${slowest.toFixed(0)} ms and ${(largest / 2 ** 20).toFixed(0)} MiB`,
    );
    print(figures.at(-1) as string);
  }
  return figures.join('; ');
}
