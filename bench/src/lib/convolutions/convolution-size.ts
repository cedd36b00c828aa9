/** A convolution as Glow has them, with a step of 1 and borders of zeros. */
export interface ConvolutionSize {
  readonly batch: number;
  /** Height and width of the images. */
  readonly side: number;
  /** Channels of what goes in, of each hidden layer, and of what comes out: two of a single convolution. */
  readonly channels: readonly [number, number, ...number[]];
  /** The side of each filter. */
  readonly kernels: readonly [number, ...number[]];
}

/** What is computed: of several layers with rectifiers between them, `training` is the pass there and all gradients. */
export type Pass = 'forward' | 'input' | 'filter' | 'training';

export const convolutionSizes: readonly ConvolutionSize[] = [
  { batch: 64, side: 14, channels: [64, 64], kernels: [3] },
  { batch: 32, side: 16, channels: [128, 128], kernels: [3] },
  { batch: 32, side: 16, channels: [12, 128], kernels: [3] },
  { batch: 32, side: 16, channels: [128, 128], kernels: [1] },
  { batch: 64, side: 14, channels: [2, 64, 64, 4], kernels: [3, 1, 3] },
  { batch: 32, side: 16, channels: [2, 128, 128, 4], kernels: [3, 1, 3] },
];

/** So small that they show that everything runs, and nothing else. */
export const smokeSizes: readonly ConvolutionSize[] = [
  { batch: 2, side: 4, channels: [2, 4], kernels: [3] },
  { batch: 2, side: 4, channels: [2, 4, 4], kernels: [3, 1] },
];

/** `64 × 14×14, 3×3, 64 → 64` */
export const nameOf = ({ batch, side, channels, kernels }: ConvolutionSize): string =>
  `${batch} × ${side}×${side}, ${kernels.map((kernel) => `${kernel}×${kernel}`).join(' ')}, ${channels.join(' → ')}`;

/** What can be measured of a size. */
export const passesOf = ({ kernels }: ConvolutionSize): readonly Pass[] =>
  kernels.length === 1 ? ['forward', 'input', 'filter'] : ['forward', 'training'];

/** Floating-point operations of a pass, two for each weight, pixel and image; three times as many with both gradients. */
export function operationsOf({ batch, side, channels, kernels }: ConvolutionSize, pass: Pass): number {
  const weights = kernels.reduce(
    (sum, kernel, i) => sum + kernel ** 2 * (channels[i] as number) * (channels[i + 1] as number),
    0,
  );
  return (pass === 'training' ? 3 : 1) * 2 * weights * side ** 2 * batch;
}
