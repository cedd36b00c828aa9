/** A RealNVP of affine couplings over halves, and how many rows it takes at once. */
export interface ModelSize {
  /** Even, so that both halves are of one size. */
  readonly dimensions: number;
  readonly layers: number;
  /** The widths of each conditioner's hidden layers. */
  readonly hidden: readonly number[];
  readonly batch: number;
}

/** What is measured: the sizes for which the speed of the Python libraries is known. */
export const modelSizes: readonly ModelSize[] = [
  { dimensions: 2, layers: 8, hidden: [64, 64], batch: 256 },
  { dimensions: 2, layers: 8, hidden: [128, 128], batch: 512 },
  { dimensions: 6, layers: 10, hidden: [128, 128], batch: 512 },
  { dimensions: 64, layers: 8, hidden: [256, 256], batch: 512 },
];

/** So small that it shows that everything runs, and nothing else. */
export const smokeSize: ModelSize = { dimensions: 2, layers: 2, hidden: [8, 8], batch: 16 };

/** `D 2, 8 layers, hidden 64×64, batch 256` */
export const nameOf = ({ dimensions, layers, hidden, batch }: ModelSize): string =>
  `D ${dimensions}, ${layers} layers, hidden ${hidden.join('×')}, batch ${batch}`;

/** Inputs and outputs of each dense layer of a conditioner: half of the dimensions → log-scales and shifts of the other. */
export function denseShapes({ dimensions, hidden }: ModelSize): readonly (readonly [number, number])[] {
  const widths = [dimensions / 2, ...hidden, dimensions];
  return widths.slice(1).map((outputs, i) => [widths[i] as number, outputs] as const);
}
