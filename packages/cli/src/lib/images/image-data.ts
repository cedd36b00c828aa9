import { DiffeoError, type Spec } from '@diffeo/core';
import { padImages, uniformDequantize, variationalDequantize } from '@diffeo/datasets';
import { type Images, imagesFrom, reduceBits } from '@diffeo/datasets/images';
import { type FoundPictures, publishedSets, readImageFolder, readImages } from '@diffeo/datasets/node';
import { imageCoupling } from '@diffeo/layers-coupling';
import { logit } from '@diffeo/layers-elementwise';
import { actnorm, squeeze } from '@diffeo/layers-glow';
import { invertibleConv1x1 } from '@diffeo/layers-linear';
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

/** The first option of those given that is for images alone. */
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

/** Where images come from. */
export interface ImageOrigin {
  readonly name: string;
  /** Whether the name is one of ours, and no path. */
  readonly isOurs: boolean;
  /** Whether it is a set that is published, whose files `--folder` holds. */
  readonly isPublished: boolean;
  /** Whether it is a folder of pictures, which may have any size. */
  readonly isResizable: boolean;
  read(options: ReadOptions): Promise<ReadImages>;
}

/** How an origin is read. */
interface ReadOptions {
  readonly folder?: string;
  readonly size?: readonly [height: number, width: number];
  readonly signal?: AbortSignal;
  /** Sees the pictures of a folder before they are unpacked. */
  readonly check?: (found: FoundPictures) => void;
}

/** The data sets of images that are published in a training and a test part. */
export const publishedNames = Object.keys(publishedSets) as readonly (keyof typeof publishedSets)[];

/** A published set. */
export const publishedImages = (name: keyof typeof publishedSets): ImageOrigin => ({
  name,
  isOurs: true,
  isPublished: true,
  isResizable: false,
  read: ({ folder, signal }) =>
    publishedSets[name]({ ...(folder !== undefined && { folder }), ...(signal && { signal }) }).then(
      ({ train, test }) => ({
        images: train,
        test,
      }),
    ),
});

/** The UCI digits as images. */
export const digitImages = (name: string): ImageOrigin => ({
  name,
  isOurs: true,
  isPublished: false,
  isResizable: false,
  read: async () => {
    const { values, count } = await readDigitRows();
    return { images: imagesFrom({ shape: [count, 8, 8], data: values }, { bins: digitBins }), test: null };
  },
});

/** A folder of PNG and JPEG files. */
export const pictureFolder = (name: string): ImageOrigin => ({
  name,
  isOurs: false,
  isPublished: false,
  isResizable: true,
  read: async ({ folder: _, ...options }) => ({ images: await readImageFolder(name, options), test: null }),
});

/** A file of images: IDX, NPY or NPZ. */
export const imageFile = (name: string): ImageOrigin => ({
  name,
  isOurs: false,
  isPublished: false,
  isResizable: false,
  read: async () => ({ images: await readImages(name), test: null }),
});

/** The images of an origin; `check` sees pictures of a folder before they are unpacked. Throws `USAGE`, `FILE`, `DATA`, `BINS`, `DOWNLOAD`, `CANCELLED`. */
export async function readImagesOf(
  origin: ImageOrigin,
  { folder, bits, size }: Pick<ImageOptions, 'folder' | 'bits' | 'size'>,
  { signal, check }: Pick<ReadOptions, 'signal' | 'check'> = {},
): Promise<ReadImages> {
  if (folder !== undefined && !origin.isPublished) {
    throw new DiffeoError('USAGE', `--folder says where a published set lies, and ${origin.name} is none`);
  }
  if (size && !origin.isResizable) {
    throw new DiffeoError('USAGE', `--size is for folders of pictures, and ${origin.name} is none`);
  }
  const { images, test } = await origin.read({
    ...(folder !== undefined && { folder }),
    ...(size && { size }),
    ...(signal && { signal }),
    ...(check && { check }),
  });
  const few = (all: Images): Images => (bits === undefined ? all : reduceBits(all, { bits }));
  return { images: few(images), test: test && few(test) };
}

/** The flow of the noise: half as wide as is usual for the data, at the scale after one squeeze. */
const noiseLayers = (width: number): Spec<'layer'>[] => [
  squeeze(),
  ...[false, true, false, true].flatMap((swap) => [actnorm(), invertibleConv1x1(), imageCoupling({ width, swap })]),
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
