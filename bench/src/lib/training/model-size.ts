/** Couplings over halves, affine or with splines, and how many rows it takes at once. */
export interface ModelSize {
  /** Even, so that both halves are of one size. */
  readonly dimensions: number;
  readonly layers: number;
  /** The widths of each conditioner's hidden layers. */
  readonly hidden: readonly number[];
  readonly batch: number;
  /** How many bins each rational-quadratic spline has. Default: couplings are affine. */
  readonly bins?: number;
}

/** What is measured: the sizes for which the speed of the Python libraries is known. */
export const modelSizes: readonly ModelSize[] = [
  { dimensions: 2, layers: 8, hidden: [64, 64], batch: 256 },
  { dimensions: 2, layers: 8, hidden: [128, 128], batch: 512 },
  { dimensions: 6, layers: 10, hidden: [128, 128], batch: 512 },
  { dimensions: 64, layers: 8, hidden: [256, 256], batch: 512 },
  { dimensions: 2, layers: 8, hidden: [64, 64], batch: 256, bins: 8 },
  { dimensions: 6, layers: 10, hidden: [128, 128], batch: 512, bins: 8 },
  { dimensions: 64, layers: 8, hidden: [256, 256], batch: 512, bins: 8 },
];

/** So small that it shows that everything runs, and nothing else. */
export const smokeSize: ModelSize = { dimensions: 2, layers: 2, hidden: [8, 8], batch: 16 };

/** `D 2, 8 layers, hidden 64×64, batch 256` */
export const nameOf = ({ dimensions, layers, hidden, batch, bins }: ModelSize): string =>
  `D ${dimensions}, ${layers} layers, hidden ${hidden.join('×')}, batch ${batch}${bins ? `, splines of ${bins} bins` : ''}`;

/** Inputs and outputs of each dense layer of a conditioner: half of the dimensions → the parameters of the other. */
export function denseShapes({ dimensions, hidden, bins }: ModelSize): readonly (readonly [number, number])[] {
  const half = dimensions / 2;
  const widths = [half, ...hidden, (bins ? 3 * bins - 1 : 2) * half];
  return widths.slice(1).map((outputs, i) => [widths[i] as number, outputs] as const);
}
