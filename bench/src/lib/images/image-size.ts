/** A Glow of one-channel images, and how many images it takes at once. */
export interface ImageSize {
  /** Height and width, which `2 ** levels` divides. */
  readonly side: number;
  readonly levels: number;
  /** Steps of flow at each level. */
  readonly steps: number;
  /** Channels of the hidden layers of each coupling's network. */
  readonly width: number;
  /** Images a training step takes. */
  readonly batch: number;
}

/** What is measured. */
export const imageSizes: readonly ImageSize[] = [
  { side: 28, levels: 2, steps: 8, width: 64, batch: 64 },
  { side: 32, levels: 3, steps: 8, width: 128, batch: 32 },
];

/** So small that it shows that everything runs, and nothing else. */
export const smokeSize: ImageSize = { side: 8, levels: 2, steps: 1, width: 4, batch: 4 };

/** `28×28, 2 levels × 8 steps, width 64, batch 64` */
export const nameOf = ({ side, levels, steps, width, batch }: ImageSize): string =>
  `${side}×${side}, ${levels} levels × ${steps} steps, width ${width}, batch ${batch}`;
