/** Couplings over halves, affine or with splines, or affine autoregressive layers, and how many rows it takes at once. */
export interface ModelSize {
  /** Even, so that both halves are of one size. */
  readonly dimensions: number;
  readonly layers: number;
  /** The widths of each conditioner's hidden layers. */
  readonly hidden: readonly number[];
  readonly batch: number;
  /** How many bins each rational-quadratic spline has. Default: couplings are affine. */
  readonly bins?: number;
  /** Whether layers are autoregressive (MAF), in alternate sequences, and no couplings. */
  readonly autoregressive?: true;
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
  { dimensions: 6, layers: 10, hidden: [128, 128], batch: 512, autoregressive: true },
  { dimensions: 64, layers: 8, hidden: [256, 256], batch: 512, autoregressive: true },
];

/** So small that it shows that everything runs, and nothing else. */
export const smokeSize: ModelSize = { dimensions: 2, layers: 2, hidden: [8, 8], batch: 16 };

/** `D 2, 8 layers, hidden 64×64, batch 256` */
export const nameOf = ({ dimensions, layers, hidden, batch, bins, autoregressive }: ModelSize): string => {
  const kind = autoregressive ? ', MAF' : bins ? `, splines of ${bins} bins` : '';
  return `D ${dimensions}, ${layers} layers, hidden ${hidden.join('×')}, batch ${batch}${kind}`;
};

/**
 * Inputs and outputs of each dense layer of a conditioner: half of the dimensions → the parameters of the other; all → the parameters of
 * all where it is autoregressive.
 */
export function denseShapes(size: ModelSize): readonly (readonly [number, number])[] {
  const { dimensions, hidden, bins, autoregressive } = size;
  const seen = autoregressive ? dimensions : dimensions / 2;
  const widths = [seen, ...hidden, (bins ? 3 * bins - 1 : 2) * seen];
  return widths.slice(1).map((outputs, i) => [widths[i] as number, outputs] as const);
}
