import { DiffeoError, type Spec } from '@diffeo/core';
import { padImages, uniformDequantize, variationalDequantize } from '@diffeo/datasets';
import { type Images, imagesFrom, reduceBits } from '@diffeo/datasets/images';
import { type FoundPictures, fashionMnist, mnist, readImageFolder, readImages } from '@diffeo/datasets/node';
import { imageCoupling } from '@diffeo/layers-coupling';
import { logit } from '@diffeo/layers-elementwise';
import { actnorm, invertibleLinear, squeeze } from '@diffeo/layers-glow';
import type { DataSource } from '../data/data-source.ts';
import { digitBins, readDigitRows } from '../data/read-rows.ts';

/** How images are read and taken in. */
export interface ImageOptions {
  /** A folder that holds the files of a published set; without it they are downloaded. */
  readonly folder: string | undefined;
  /** The highest bits of each number to keep; all without it. */
  readonly bits: number | undefined;
  /** Height and width to bring the pictures of a folder to. */
  readonly size?: readonly [height: number, width: number] | undefined;
  /** Height and width to pad to. */
  readonly pad: readonly [height: number, width: number] | undefined;
  /** How whole numbers become a density's. */
  readonly dequantize: 'uniform' | 'variational';
  /** Whether half of the images of each batch are mirrored. */
  readonly flips: true | undefined;
}

/** Images to train on, and of a published set those to test on. */
export interface ReadImages {
  readonly images: Images;
  readonly test: Images | null;
}

/** Whether any option was given that is for images alone. */
export const imageOption = ({
  folder,
  bits,
  size,
  pad,
  dequantize,
  flips,
}: Partial<ImageOptions>): string | undefined =>
  [
    ['--folder', folder],
    ['--bits', bits],
    ['--size', size],
    ['--pad', pad],
    ['--dequantize', dequantize],
    ['--flips', flips],
  ].find(([, value]) => value !== undefined)?.[0] as string | undefined;

/** Whether a source is a folder of pictures, which may have any size. */
export const hasPictures = (source: DataSource): boolean => source.kind === 'images' && Boolean(source.pictures);

/** The images that a source names; `check` sees pictures of a folder before they are unpacked. Throws `USAGE`, `FILE`, `DATA`, `BINS`, `DOWNLOAD`, `CANCELLED`. */
export async function readImageSource(
  source: DataSource,
  { folder, bits, size }: Pick<ImageOptions, 'folder' | 'bits' | 'size'>,
  { signal, check }: { readonly signal?: AbortSignal; readonly check?: (found: FoundPictures) => void } = {},
): Promise<ReadImages> {
  const isPublished = source.kind === 'images' && source.published;
  if (folder !== undefined && !isPublished) {
    throw new DiffeoError('USAGE', `--folder says where a published set lies, and ${source.name} is none`);
  }
  if (size && !hasPictures(source)) {
    throw new DiffeoError('USAGE', `--size is for folders of pictures, and ${source.name} is none`);
  }
  const few = (images: Images): Images => (bits === undefined ? images : reduceBits(images, { bits }));
  if (source.kind === 'digits') {
    const { values, count } = await readDigitRows();
    return { images: few(imagesFrom({ shape: [count, 8, 8], data: values }, { bins: digitBins })), test: null };
  }
  if (source.kind === 'images' && source.published) {
    const read = source.published === 'mnist' ? mnist : fashionMnist;
    const { train, test } = await read({ ...(folder !== undefined && { folder }), ...(signal && { signal }) });
    return { images: few(train), test: few(test) };
  }
  if (source.kind === 'images' && source.pictures) {
    const options = { ...(size && { size }), ...(signal && { signal }), ...(check && { check }) };
    return { images: few(await readImageFolder(source.name, options)), test: null };
  }
  return { images: few(await readImages(source.name)), test: null };
}

/** The flow of the noise: half as wide as is usual for the data, at the scale after one squeeze. */
const noiseLayers = (width: number): Spec<'layer'>[] => [
  squeeze(),
  ...[false, true, false, true].flatMap((swap) => [
    actnorm(),
    invertibleLinear({ init: 'rotation' }),
    imageCoupling({ width, swap }),
  ]),
];

/** What stands before the layers of a flow of such images. */
export function imagePreprocessing(
  { bins, eventShape: [height, width] }: Images,
  { dequantize, pad }: Pick<ImageOptions, 'dequantize' | 'pad'>,
): { readonly dequantize: Spec<'dequantizer'>; readonly layers: readonly Spec<'layer'>[] } {
  const [tall, wide] = pad ?? [height, width];
  if (dequantize === 'variational' && (tall % 2 !== 0 || wide % 2 !== 0)) {
    throw new DiffeoError(
      'SHAPE',
      `--dequantize variational takes images of even sides; these have ${tall} × ${wide}: --pad them, or use uniform`,
    );
  }
  const inner =
    dequantize === 'variational'
      ? variationalDequantize({ bins, layers: noiseLayers(bins > 17 ? 32 : 16) })
      : uniformDequantize({ bins });
  return {
    dequantize: pad ? padImages({ to: [tall, wide], dequantizer: inner }) : inner,
    layers: [bins > 17 ? logit({ alpha: 1e-6 }) : logit({ alpha: 0.01 })],
  };
}
