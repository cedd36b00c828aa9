import { DiffeoError, type GradientMode } from '@diffeo/core';
import { nameInMessage } from '@diffeo/datasets/node';

/** What decides how much memory a flow of images takes to train. */
export interface ImageFlowSize {
  readonly batchSize: number;
  readonly layers: number;
  readonly hidden: readonly number[];
  /** After each of its levels, height and width are halved. */
  readonly levels: number;
  readonly gradient: GradientMode;
  /** Height and width to pad to. */
  readonly pad: readonly [height: number, width: number] | undefined;
}

/** Images of one size, by number. */
export interface ImageCount {
  readonly name: string;
  readonly count: number;
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Whether `--size` can bring them to another. */
  readonly resizable: boolean;
}

/** All memory of a WebAssembly heap. */
const heap = 2 ** 32;

/** So many numbers, of all images together, fit into memory as bytes and as floats, and into the heap. */
const maxNumbers = 2 ** 28;

/**
 * About how many bytes a step of training takes, by what was measured for glow on pictures of 64 to 128 pixels a side.
 */
function stepBytes(height: number, width: number, channels: number, flow: ImageFlowSize): number {
  const { batchSize, layers, gradient } = flow;
  const [hidden = 64] = flow.hidden;
  const kept = gradient === 'store' ? layers : 1;
  return batchSize * height * width * channels * kept * (hidden * 1.3 + 50);
}

/** The largest square that flows surely take, of at most 64 pixels a side and as little enlarged as can be. */
export function suggestedSize(
  { count, sides, channels }: { readonly count: number; readonly sides: number; readonly channels: number },
  flow: ImageFlowSize,
): string {
  const factor = 2 ** flow.levels;
  const fits = (side: number): boolean =>
    2 * stepBytes(side, side, channels, flow) < heap && count * side * side * channels <= maxNumbers;
  const most = Math.max(factor, Math.floor(Math.min(64, Math.max(sides, 8)) / factor) * factor);
  let side = most;
  while (side > factor && !fits(side)) side -= factor;
  return `${side}x${side}`;
}

const refuse = (code: string, message: string): never => {
  throw new DiffeoError(code, message);
};

const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`);

/**
 * Throws unless a flow of that size can be trained on images of that shape, in memory and by halves: `SHAPE` and `MEMORY`, with
 * the options that help. To be called before they are unpacked.
 */
export function requireTrainableImages(images: ImageCount, flow: ImageFlowSize): void {
  const { count, shape, resizable } = images;
  const [imageHeight, imageWidth, channels] = shape;
  const [height, width] = flow.pad ?? [imageHeight, imageWidth];
  const name = nameInMessage(images.name);
  const numbers = height * width * channels;
  const size = (sides: number) => suggestedSize({ count, sides, channels }, flow);
  const smaller = `--size ${size(Math.min(imageHeight, imageWidth))}`;
  if (count * numbers > maxNumbers) {
    const fewer = Math.floor(maxNumbers / numbers);
    refuse(
      'MEMORY',
      `${name} holds ${count} images of ${height} × ${width} × ${channels}, ${(count * numbers).toLocaleString('en')} numbers, and at most ${maxNumbers.toLocaleString('en')} fit into memory: ${resizable ? `give ${smaller}` : `bring them to a smaller size${fewer > 0 ? `, or take ${fewer} of them` : ''}`}`,
    );
  }
  if (stepBytes(height, width, channels, flow) > heap) {
    const other = `a smaller --batch (now ${flow.batchSize})${flow.gradient === 'store' ? ', --gradient recompute' : ''}`;
    refuse(
      'MEMORY',
      `images of ${height} × ${width} × ${channels} are ${numbers.toLocaleString('en')} numbers each, too many for a flow of these options: give ${resizable ? `${smaller}, or ` : ''}${other}`,
    );
  }
  const factor = 2 ** flow.levels;
  if (height % factor === 0 && width % factor === 0) return;
  const up = (side: number): number => Math.ceil(side / factor) * factor;
  const down = (side: number): number => Math.max(factor, Math.floor(side / factor) * factor);
  const ways = [
    `--pad ${up(imageHeight)}x${up(imageWidth)}`,
    ...(resizable ? [`--size ${down(imageHeight)}x${down(imageWidth)}`] : []),
    ...(flow.levels > 1 ? [`fewer --levels`] : []),
  ];
  refuse(
    'SHAPE',
    `${flow.pad ? '--pad gives' : `${name} has`} images of ${height} × ${width}, and by --levels ${flow.levels} the factor 2 must divide height and width ${times(flow.levels)}: give ${ways.join(', or ')}`,
  );
}
