// Networks in float64, one row at a time and written apart from those of the package: rows as lists, matrices by paths of parameters.
type Row = readonly number[];

/** The parameters of a network by path, as `leaves` names them. */
export type Numbers = ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: ArrayLike<number> }>;

const elu = (x: number): number => (x > 0 ? x : Math.expm1(x));
const plus = (a: Row, b: Row): number[] => a.map((v, i) => v + (b[i] as number));

function valuesOf(numbers: Numbers, path: string) {
  const found = numbers.get(path);
  if (!found) throw new RangeError(`nothing is called ${path} among ${[...numbers.keys()].join(', ')}`);
  return found;
}

/** x·W + b. */
function linear(numbers: Numbers, path: string, x: Row): number[] {
  const { shape, values } = valuesOf(numbers, `${path}.weight`);
  const bias = valuesOf(numbers, `${path}.bias`).values;
  const outputs = shape.at(-1) as number;
  return Array.from({ length: outputs }, (_, j) =>
    x.reduce((sum, v, i) => sum + v * (values[i * outputs + j] as number), bias[j] as number),
  );
}

function normalised(numbers: Numbers, path: string, x: Row): number[] {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
  const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length;
  const [scale, shift] = [valuesOf(numbers, `${path}.scale`).values, valuesOf(numbers, `${path}.shift`).values];
  return x.map((v, i) => ((v - mean) / Math.sqrt(variance + 1e-5)) * (scale[i] as number) + (shift[i] as number));
}

/** A residual network of vectors with normalisation and elu. */
export function residualMlpInFloat64(numbers: Numbers, blocks: number, x: Row): number[] {
  let h = linear(numbers, 'enter', x);
  for (let i = 0; i < blocks; i++) {
    const inside = linear(numbers, `blocks.${i}.layers.0`, normalised(numbers, `blocks.${i}.norm`, h)).map(elu);
    h = plus(h, linear(numbers, `blocks.${i}.layers.1`, inside));
  }
  return linear(numbers, 'leave', h);
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** A residual network of vectors with the activation first in each block, elu, and with gates by the context. */
export function gatedResidualMlpInFloat64(numbers: Numbers, blocks: number, x: Row, context: Row): number[] {
  let h = linear(numbers, 'enter', [...x, ...context]);
  for (let i = 0; i < blocks; i++) {
    const inside = linear(numbers, `blocks.${i}.layers.0`, h.map(elu)).map(elu);
    const gates = linear(numbers, `blocks.${i}.gate`, context).map(sigmoid);
    h = plus(
      h,
      linear(numbers, `blocks.${i}.layers.1`, inside).map((v, j) => v * (gates[j] as number)),
    );
  }
  return linear(numbers, 'leave', h);
}

/** Which units of a masked network see which inputs: a unit those at places up to its degree, an output those at places before its own. */
export interface Masks {
  /** Where each input stands in the sequence. */
  readonly places: readonly number[];
  readonly degrees: readonly number[];
}

/**
 * A masked residual network with elu, the activation first in each block, whose context enters in front of the blocks and in each of them: MADE of nflows.
 * Weights that are masked are left out of the sums.
 */
export function maskedResidualMlpInFloat64(
  numbers: Numbers,
  blocks: number,
  masks: Masks,
  x: Row,
  context: Row,
): number[] {
  const { places, degrees } = masks;
  const masked = (path: string, from: Row, sees: (i: number, j: number) => boolean): number[] => {
    const { shape, values } = valuesOf(numbers, `${path}.weight`);
    const outputs = shape.at(-1) as number;
    return Array.from(valuesOf(numbers, `${path}.bias`).values, (bias, j) =>
      from.reduce((sum, v, i) => sum + (sees(i, j) ? v * (values[i * outputs + j] as number) : 0), bias),
    );
  };
  const between = (i: number, j: number): boolean => (degrees[j] as number) >= (degrees[i] as number);
  let h = masked('enter', x, (i, j) => (degrees[j] as number) >= (places[i] as number));
  h = plus(h, linear(numbers, 'context', context).map(elu));
  for (let i = 0; i < blocks; i++) {
    const own = `blocks.${i}`;
    const inside = plus(masked(`${own}.layers.0`, h.map(elu), between), linear(numbers, `${own}.context`, context));
    h = plus(h, masked(`${own}.layers.1`, inside.map(elu), between));
  }
  return masked('leave', h, (i, j) => (places[j % places.length] as number) > (degrees[i] as number));
}

/** What stands for a position: its place, and more. */
function atPlace(numbers: Numbers, p: number, more: Row): number[] {
  const places = valuesOf(numbers, 'positions');
  const width = places.shape[1] as number;
  return Array.from({ length: width }, (_, j) => (places.values[p * width + j] as number) + (more[j] ?? 0));
}

/** A transformer of pixels with elu: a row of channels for each pixel. */
export const attentionInFloat64 = (
  numbers: Numbers,
  blocks: number,
  heads: number,
  pixels: readonly Row[],
): number[][] =>
  transformerInFloat64(
    numbers,
    blocks,
    heads,
    pixels.map((pixel, p) => atPlace(numbers, p, linear(numbers, 'enter', pixel))),
    () => true,
  );

/** A causal transformer of patches with elu: the outputs of each patch, from the patches before it and a context. */
export function causalAttentionInFloat64(
  numbers: Numbers,
  blocks: number,
  heads: number,
  patches: readonly Row[],
  { reverse, context }: { readonly reverse: boolean; readonly context: Row | null },
): number[][] {
  const told = context ? linear(numbers, 'context', context) : [];
  const entered = patches.map((_, p) => {
    const before = patches[reverse ? p + 1 : p - 1];
    const seen = before ? linear(numbers, 'enter', before) : [];
    return atPlace(
      numbers,
      p,
      atPlace(numbers, p, []).map((_v, j) => (seen[j] ?? 0) + (told[j] ?? 0)),
    );
  });
  return transformerInFloat64(numbers, blocks, heads, entered, (query, key) => (reverse ? key >= query : key <= query));
}

function transformerInFloat64(
  numbers: Numbers,
  blocks: number,
  heads: number,
  entered: readonly Row[],
  sees: (query: number, key: number) => boolean,
): number[][] {
  const size = (entered[0] as Row).length / heads;
  let h = entered.map((row) => [...row]);
  for (let i = 0; i < blocks; i++) {
    const own = `blocks.${i}`;
    const projected = h.map((row) =>
      linear(numbers, `${own}.attention.project`, normalised(numbers, `${own}.before`, row)),
    );
    const part = (p: number, kind: number, head: number): number[] =>
      (projected[p] as number[]).slice((kind * heads + head) * size, (kind * heads + head + 1) * size);
    const found = h.map((_, p) =>
      Array.from({ length: heads }, (_head, head) => {
        const fits = h.map(
          (_row, q) =>
            Number(sees(p, q)) *
            Math.exp(
              part(p, 0, head).reduce((sum, v, k) => sum + v * (part(q, 1, head)[k] as number), 0) / Math.sqrt(size),
            ),
        );
        const total = fits.reduce((sum, v) => sum + v, 0);
        return Array.from({ length: size }, (_v, k) =>
          h.reduce((sum, _row, q) => sum + ((fits[q] as number) / total) * (part(q, 2, head)[k] as number), 0),
        );
      }).flat(),
    );
    h = h.map((row, p) => plus(row, linear(numbers, `${own}.attention.gather`, found[p] as number[])));
    h = h.map((row) => {
      const inside = linear(numbers, `${own}.layers.0`, normalised(numbers, `${own}.between`, row)).map(elu);
      return plus(row, linear(numbers, `${own}.layers.1`, inside));
    });
  }
  return h.map((row) => linear(numbers, 'leave', normalised(numbers, 'after', row)));
}
