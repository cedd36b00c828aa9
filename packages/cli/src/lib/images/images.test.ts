import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '@diffeo/datasets/images';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { interpolate } from './interpolate.ts';

const scratch = scratchFolder();
const diffeo = (...args: string[]) => runDiffeo(args, scratch.path);
const inScratch = (...names: string[]) => join(scratch.path, ...names);
const small = '--steps 6 --batch 16 --layers 1 --hidden 8'.split(' ');

/** An IDX file of images with blots at different places. */
function idxImages(count: number, side: number): Uint8Array {
  const bytes = new Uint8Array(16 + count * side * side);
  const header = new DataView(bytes.buffer);
  for (const [i, value] of [0x803, count, side, side].entries()) header.setUint32(4 * i, value);
  for (let i = 0; i < count * side * side; i++) {
    const [image, row, column] = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side];
    const distance = (row - (image % side)) ** 2 + (column - ((3 * image) % side)) ** 2;
    bytes[16 + i] = Math.max(0, 250 - 40 * distance);
  }
  return bytes;
}

/** Width and height of a PNG file. */
function pngSize(path: string): readonly [width: number, height: number] {
  const bytes = readFileSync(path);
  expect([...bytes.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

beforeAll(async () => {
  mkdirSync(inScratch('pictures'));
  scratch.file('blots-idx3-ubyte', idxImages(120, 6));
  const runs = await Promise.all([
    diffeo('train', 'digits', '--flow', 'glow', ...small, '--limit', '400', '--out', 'digits', '--json'),
    diffeo('train', 'blots-idx3-ubyte', ...small, '--levels', '1', '--bits', '5', '--pad', '8x8', '--out', 'blots'),
  ]);
  for (const { code, stderr } of runs) expect(stderr, `exit code ${code}`).not.toContain('diffeo:');
});

describe('flows of images', () => {
  it('are trained by glow, and report bits per dimension', async () => {
    const { code, stdout, stderr } = await diffeo(
      ...['train', 'digits', '--flow', 'glow', ...small, '--limit', '300', '--dequantize', 'uniform'],
      ...['--gradient', 'recompute', '--workers', '2', '--seed', '3', '--out', 'again', '--json'],
    );
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ flow: 'glow', dimensions: 64, steps: 6, bitsPerDim: expect.any(Number) });
    expect(report.bitsPerDim).toBeLessThan(Math.log2(17) + 1);
    expect(report.baseline.gaussianNll).toBeGreaterThan(0);
  });

  it('draw sheets of samples, one temperature in each row', async () => {
    const args = ['sample', 'digits', '--count', '4', '--seed', '1'];
    const several = await diffeo(...args, '--temperature', '0.5,0.7,1', '--out', 'samples.png');
    expect(several).toEqual({ code: 0, stdout: '', stderr: '' });
    // 8 × 8 pixels are shown as squares of 64, with gaps of 2.
    expect(pngSize(inScratch('samples.png'))).toEqual([4 * 66 + 2, 3 * 66 + 2]);
    await diffeo(...args, '--columns', '2', '--out', 'two.png');
    expect(pngSize(inScratch('two.png'))).toEqual([2 * 66 + 2, 2 * 66 + 2]);
    const csv = await diffeo(...args);
    expect(csv.stdout.trim().split('\n')).toHaveLength(5);
  });

  it('come back exactly from their latents, padded and reduced to fewer bits too', async () => {
    const digits = await diffeo('reconstruct', 'digits', 'digits', '--count', '50', '--out', 'back.png', '--json');
    expect(digits.code, digits.stderr).toBe(0);
    expect(JSON.parse(digits.stdout)).toMatchObject({ count: 50, exact: 1, largestError: 0 });
    expect(pngSize(inScratch('back.png'))).toEqual([16 * 66 + 2, 2 * 66 + 2]);
    // Of the 400 that --limit left.
    const heldOut = await diffeo('reconstruct', 'digits', 'digits', '--part', 'held-out', '--seed', '9', '--json');
    expect(JSON.parse(heldOut.stdout)).toMatchObject({ count: 40, exact: 1 });
    const args = ['reconstruct', 'blots', 'blots-idx3-ubyte', '--bits', '5'];
    const blots = await diffeo(...args, '--part', 'held-out', '--json');
    expect(blots.code, blots.stderr).toBe(0);
    expect(JSON.parse(blots.stdout)).toMatchObject({ count: 12, exact: 1 });
    const words = await diffeo(...args);
    expect(words.stdout).toMatch(/^120 images: 100\.0000 % of the numbers came back exactly, none more than 0 away/);
  });

  it('are gone between', async () => {
    const args = ['interpolate', 'digits', 'digits', '--steps', '5'];
    const chosen = await diffeo(...args, '--from', '0,1', '--to', '2,3', '--out', 'ways.png');
    expect(chosen).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(pngSize(inScratch('ways.png'))).toEqual([5 * 66 + 2, 2 * 66 + 2]);
    await diffeo(...args, '--pairs', '3', '--path', 'linear', '--out', 'drawn.png');
    expect(pngSize(inScratch('drawn.png'))).toEqual([5 * 66 + 2, 3 * 66 + 2]);
  });

  it('are scored in bits per dimension', async () => {
    const { code, stderr, stdout } = await diffeo('score', 'blots', 'blots-idx3-ubyte', '--bits', '5', '--json');
    expect(code, stderr).toBe(0);
    const once = JSON.parse(stdout);
    expect(once).toMatchObject({ count: 120, bitsPerDim: expect.any(Number) });
    const args = ['score', 'blots', 'blots-idx3-ubyte', '--bits', '5', '--draws', '8', '--json'];
    expect(JSON.parse((await diffeo(...args)).stdout).bitsPerDim).toBeLessThan(once.bitsPerDim);
  });
});

it.each(['digits', 'mnist'])('a signal ends the way between images of %s, and what is read for it', async (data) => {
  const ways = { from: undefined, to: undefined, pairs: 2, steps: 3, path: 'linear', seed: 0, csv: {} } as const;
  vi.stubEnv('DIFFEO_CACHE', inScratch('no-cache'));
  const out = inScratch('cancelled.png');
  const cancelled = interpolate({ ...ways, model: inScratch('digits'), data, out, signal: AbortSignal.abort() });
  await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(readdirSync(scratch.path).filter((name) => name.includes('cancelled'))).toEqual([]);
  vi.unstubAllEnvs();
});

it('mirrors images while it trains, on workers too', async () => {
  const train = async (...more: string[]) => {
    const args = ['train', 'blots-idx3-ubyte', ...small, '--levels', '1', '--bits', '5', '--dequantize', 'uniform'];
    const { code, stdout, stderr } = await diffeo(...args, ...more, '--out', 'flipped', '--json');
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout).bitsPerDim as number;
  };
  const flipped = await train('--flips');
  expect(await train('--flips')).toBe(flipped);
  expect(await train()).not.toBe(flipped);
  const together = await train('--flips', '--workers', '2');
  expect(together).not.toBe(await train('--workers', '2'));
});

it('takes a folder of pictures, at the size that is asked for and then at the model’s', async () => {
  for (let i = 0; i < 30; i++) {
    const data = Uint8Array.from({ length: 10 * 12 * 3 }, (_, k) => (k * 7 + 40 * i) % 256);
    scratch.file(join('pictures', `${i}.png`), encodePng({ width: 12, height: 10, channels: 3, data }));
  }
  const trained = await diffeo(
    'train',
    'pictures',
    ...small,
    '--levels',
    '1',
    '--size',
    '4x4',
    '--out',
    'folder-model',
  );
  expect(trained.code, trained.stderr).toBe(0);
  const { stdout, stderr } = await diffeo('reconstruct', 'folder-model', 'pictures', '--json');
  expect(JSON.parse(stdout || stderr)).toMatchObject({ count: 30, exact: 1 });
});

/** A PNG file that says that it has so many pixels, and holds none. */
const emptyPng = (width: number, height: number): Uint8Array => {
  const bytes = Buffer.from(encodePng({ width: 1, height: 1, channels: 3, data: new Uint8Array(3) }));
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
};

function folderOf(name: string, sizes: readonly (readonly [width: number, height: number])[]): void {
  mkdirSync(inScratch(name));
  for (const [i, [width, height]] of sizes.entries()) scratch.file(join(name, `${i}.png`), emptyPng(width, height));
}

describe('a folder of pictures that no flow could take', () => {
  it.each([
    [
      'photos',
      Array(30).fill([1600, 1200]),
      [],
      /images of 1200 × 1600 × 3 are 5,760,000 numbers each, .* give --size 64x64/,
    ],
    [
      'many',
      Array(3000).fill([512, 256]),
      [],
      /many holds 3000 images of 256 × 512 × 3, 1,179,648,000 numbers.* give --size 64x64/,
    ],
    [
      'differing',
      [...Array(20).fill([40, 50]), [300, 200]],
      [],
      /different sizes, such as 0\.png with 50 × 40 and 20\.png with 200 × 300 pixels: .* such as --size 40x40/,
    ],
    [
      'odd',
      Array(30).fill([45, 30]),
      [],
      /30 × 45, .* the factor 2 must divide height and width twice: give --pad 32x48, or --size 28x44, or fewer --levels/,
    ],
    ['few', Array(9).fill([8, 8]), [], /few has too few images: 9,/],
    ['sized', Array(30).fill([45, 30]), ['--size', '2048x2048'], /images of 2048 × 2048 × 3, .* give --size 64x64/],
  ] as const)('%s: refused by the headers alone, with what helps', async (name, sizes, more, message) => {
    folderOf(name, sizes);
    const { code, stderr } = await diffeo('train', name, ...more);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });
});

it('says which pictures are left out, and names the one that is damaged', async () => {
  folderOf('leaving', Array(30).fill([8, 8]));
  scratch.file('leaving/x.webp', new Uint8Array(4));
  scratch.file('leaving/y.gif', new Uint8Array(4));
  const { code, stderr } = await diffeo('train', 'leaving');
  expect(stderr).toMatch(/^left out x\.webp and 1 more: PNG and JPEG files are read\ndiffeo: 0\.png is /);
  expect(code).toBe(2);
});

it.each([
  [['inspect', '/dev/zero'], /the model \/dev\/zero cannot be read: it is a device/],
  [['inspect', '/dev/stdin'], /the model \/dev\/stdin cannot be read/],
  [['score', '/dev/urandom', 'digits'], /the model \/dev\/urandom cannot be read: it is a device/],
  [['sample', 'zero.safetensors', '--count', '1'], /it is a device/],
  [['train', 'zero-idx3-ubyte'], /it is a device/],
  [['train', 'zero.npy'], /it is a device/],
  [['train', 'zero.npz'], /it is a device/],
  [['train', 'zeros'], /a\.png cannot be read: it is a device/],
  [['train', 'mnist', '--folder', 'zeros'], /it is a device/],
  [['check', '/dev/zero'], /'\/dev\/zero' is not a file/],
  [['train', 'two-moons', '--out', 'zeros', '--resume'], /checkpoint\.bin is not a file/],
])('%j: nothing endless is read', async (args, message) => {
  mkdirSync(inScratch('zeros'), { recursive: true });
  const places = ['zero.safetensors', 'zero-idx3-ubyte', 'zero.npy', 'zero.npz'];
  const inFolder = ['a.png', 'checkpoint.bin', 'train-images-idx3-ubyte', 'train-labels-idx1-ubyte'].map((name) =>
    join('zeros', name),
  );
  for (const place of [...places, ...inFolder]) {
    if (!existsSync(inScratch(place))) symlinkSync('/dev/zero', inScratch(place));
  }
  const { code, stderr } = await diffeo(...args);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

it.each([
  [
    ['sample', 'digits', '--count', '1000000', '--out', 'x.png'],
    /66002 × 66002 pixels are too many; give fewer images/,
  ],
  [['sample', 'digits', '--count', '60000', '--out', 'nowhere/x.png'], /nowhere\/x\.png cannot be written/],
  [['interpolate', 'digits', 'digits', '--pairs', '1000', '--steps', '1000', '--out', 'x.png'], /pixels are too many/],
  [['interpolate', 'digits', 'missing.npy', '--out', 'nowhere/x.png'], /nowhere\/x\.png cannot be written/],
  [['reconstruct', 'digits', 'missing.npy', '--out', 'nowhere/x.png'], /nowhere\/x\.png cannot be written/],
  [['score', 'digits', 'missing.npy', '--out', 'nowhere/x.csv'], /nowhere\/x\.csv cannot be written/],
  [['train', 'two-moons', '--flow', 'glow'], /--flow glow is for images, and 'two-moons' is none/],
  [['train', 'two-moons', '--bits', '3'], /--bits is for images, and 'two-moons' is none/],
  [['train', 'two-moons', '--flips'], /--flips is for images, and 'two-moons' is none/],
  [['train', 'digits', '--bits', '3'], /--bits is for images, and 'digits' is none: as images it takes --flow glow/],
  [['train', 'two-moons', '--levels', '2'], /--levels is for flows of images, and --flow realnvp is none/],
  [['train', 'blots-idx3-ubyte', '--header'], /--header is for CSV files/],
  [['train', 'blots-idx3-ubyte', '--pad', '8'], /--pad is a height and a width such as 32x32; got '8'/],
  [['train', 'blots-idx3-ubyte', '--pad', '4x4'], /cannot be padded to fewer pixels/],
  [['train', 'blots-idx3-ubyte', '--hidden', '8,8'], /--hidden of --flow glow is one width/],
  [
    ['train', 'blots-idx3-ubyte', '--levels', '3'],
    /the factor 2 must divide height and width 3 times: give --pad 8x8, or fewer --levels/,
  ],
  [['train', 'blots-idx3-ubyte', '--size', '16x16'], /--size is for folders of pictures, and blots-idx3-ubyte is none/],
  [['train', 'blots-idx3-ubyte', '--folder', 'nowhere'], /--folder says where a published set lies/],
  [['train', 'digits', '--flow', 'glow', '--size', '5x5'], /--size is for folders of pictures, and digits is none/],
  [['reconstruct', 'digits', 'digits', '--size', '3x3', '--out', 'x.png'], /--size is for folders of pictures/],
  [
    ['interpolate', 'digits', 'digits', '--from', '0', '--to', '1', '--pairs', '3', '--out', 'x.png'],
    /--pairs is for pairs that are drawn/,
  ],
  [['train', 'missing-idx3-ubyte'], /missing-idx3-ubyte cannot be read/],
  [['train', 'mnist', '--folder', 'nowhere'], /nowhere.* cannot be read/],
  [['score', 'digits', 'blots-idx3-ubyte'], /takes images of 8 × 8 × 1, and blots-idx3-ubyte has images of 6 × 6 × 1/],
  [['score', 'blots', 'blots-idx3-ubyte'], /whole numbers from 0 to 31, but row 1, column 1 is 250/],
  [['sample', 'digits', '--count', '2', '--temperature', '1,2'], /several numbers for sheets of images alone/],
  [['interpolate', 'digits', 'digits', '--out', 'x.jpg'], /--out takes the path of a PNG file/],
  [['interpolate', 'digits', 'digits', '--from', '1', '--out', 'x.png'], /--from and --to are lists of as many/],
  [['interpolate', 'digits', 'digits', '--from', '1', '--to', '9999', '--out', 'x.png'], /Row 9999 was asked for/],
])('%j is refused in one line', async (args, message) => {
  const { code, stderr } = await diffeo(...args);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(2);
  for (const made of ['x.png', 'x.jpg', 'diffeo-blots-idx3-ubyte']) expect(existsSync(inScratch(made))).toBe(false);
  expect(statSync(inScratch('digits')).isDirectory()).toBe(true);
});
