import { DiffeoError, disposeParams, type Flow, type FlowParams, sizeOf } from '@diffeo/core';
import { anything, describeValue, oneOf, required, requireOptions, wholeNumber } from '@diffeo/core/arguments';
import { tidied } from '@diffeo/core/engine';
import { add, mul, reshape, stack, sub, type Tensor } from '@tensorflow/tfjs-core';
import { holdDataset, holdParams, requireFlow } from '../data/hold.ts';
import { disposeDataset, rowsOf, type TensorDataset } from '../data/tensor-dataset.ts';
import { dataOf, type LatentOptions, latentChecks, latentsOf } from './latent-rows.ts';

/** How to go from one latent to another. */
export interface InterpolateOptions extends LatentOptions {
  /** How many points there are on each way, both ends included. Default 8. */
  readonly steps?: number;
  /**
   * `spherical` turns from one to the other, so that what lies between is as far from the centre as samples are (White 2016,
   * "Sampling generative networks"); `linear` goes straight. Default `spherical`.
   */
  readonly path?: 'linear' | 'spherical';
}

/** What came back from the latents. */
export interface Reconstruction {
  /** The values of `[rows, ...eventShape]`, row after row. */
  readonly values: Float32Array;
  /** The share of numbers that came back exactly, 0 to 1. */
  readonly exact: number;
  /** The largest difference. */
  readonly largestError: number;
}

/** What a caller gave, held while `work` is done with it. */
async function holding<T>(
  where: string,
  model: Flow,
  params: FlowParams,
  given: readonly (readonly [data: TensorDataset | Tensor, what: string])[],
  work: (params: FlowParams, ...datasets: readonly TensorDataset[]) => Promise<T>,
): Promise<T> {
  requireFlow(model, where);
  const datasets: TensorDataset[] = [];
  try {
    for (const [data, what] of given) datasets.push(holdDataset(model, data, what));
    const held = holdParams(model, params, where);
    return await work(held, ...datasets).finally(() => disposeParams(model.layout, held));
  } finally {
    for (const dataset of datasets) disposeDataset(dataset);
  }
}

/** The weights of both ends, `at` of the way, for vectors with this angle between them. */
function weights(at: number, angle: number): readonly [from: number, to: number] {
  // Vectors that point the same way, or exactly opposite ones, have no plane to turn in.
  const turn = Math.sin(angle);
  return turn < 1e-6 ? [1 - at, at] : [Math.sin((1 - at) * angle) / turn, Math.sin(at * angle) / turn];
}

function angleBetween(a: Float32Array, b: Float32Array): number {
  const dot = (p: Float32Array, q: Float32Array) => p.reduce((sum, value, i) => sum + value * (q[i] as number), 0);
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  return Number.isFinite(cosine) ? Math.acos(Math.min(1, Math.max(-1, cosine))) : 0;
}

/** The contexts of ways of so many points, way after way, owned by the caller. */
const contextsBetween = (begin: Tensor, end: Tensor, steps: number, whole: boolean): Tensor =>
  tidied(() => {
    const points = Array.from({ length: steps }, (_, step) => {
      const at = step / (steps - 1);
      if (at === 1 || whole) return at < 0.5 ? begin : end;
      return add(begin, mul(sub(end, begin), at));
    });
    return reshape(stack(points, 1), [(begin.shape[0] as number) * steps, ...begin.shape.slice(1)]);
  });

/**
 * Ways between pairs of data through the latents: for each row of `from` and the same row of `to`, `steps` points whose
 * first is the one and whose last is the other. Returns the values of `[rows · steps, ...eventShape]`, way after way. The
 * context goes straight from that of the one to that of the other; of whole numbers (`int32`, `bool`), it changes half-way.
 *
 * @throws DiffeoError `SHAPE`, `DATA`, `CONTEXT`, `NOT_FINITE`, `CONFIG` for what does not fit.
 */
export async function interpolate(
  model: Flow,
  params: FlowParams,
  from: TensorDataset | Tensor,
  to: TensorDataset | Tensor,
  options: InterpolateOptions = {},
): Promise<Float32Array> {
  requireOptions<InterpolateOptions>('interpolate', options, {
    ...latentChecks,
    steps: wholeNumber({ from: 2 }),
    path: oneOf('linear', 'spherical'),
  });
  const whole = [from, to].every(hasWholeContext);
  const ends = [
    [from, 'the data to start from'],
    [to, 'the data to end at'],
  ] as const;
  return await holding('interpolate', model, params, ends, (held, begin, end) =>
    interpolateHeld(model, held, begin as TensorDataset, end as TensorDataset, options, whole),
  );
}

/** Whether a context is of whole numbers: classes, between which there is nothing. */
const hasWholeContext = (data: TensorDataset | Tensor): boolean =>
  ['int32', 'bool'].includes((data as Partial<TensorDataset> | null | undefined)?.context?.dtype ?? 'none');

/** {@link interpolate} of what was checked and is held. */
async function interpolateHeld(
  model: Flow,
  params: FlowParams,
  begin: TensorDataset,
  end: TensorDataset,
  options: InterpolateOptions,
  wholeContext: boolean,
): Promise<Float32Array> {
  const { steps = 8, path = 'spherical' } = options;
  const rows = rowsOf(begin);
  if (rows !== rowsOf(end)) {
    throw new DiffeoError('SHAPE', `interpolate goes between pairs; got ${rows} rows and ${rowsOf(end)}`);
  }
  const starts = await latentsOf(model, params, begin, options, 'the data to start from');
  const ends = await latentsOf(model, params, end, options, 'the data to end at');
  const size = sizeOf(model.baseShape);
  const between = new Float32Array(rows * steps * size);
  for (let row = 0; row < rows; row++) {
    const [a, b] = [starts, ends].map((all) => all.subarray(row * size, (row + 1) * size)) as [
      Float32Array,
      Float32Array,
    ];
    const angle = path === 'spherical' ? angleBetween(a, b) : 0;
    for (let step = 0; step < steps; step++) {
      const [p, q] = step === 0 ? [1, 0] : step === steps - 1 ? [0, 1] : weights(step / (steps - 1), angle);
      const at = (row * steps + step) * size;
      for (let i = 0; i < size; i++) between[at + i] = p * (a[i] as number) + q * (b[i] as number);
    }
  }
  const context = begin.context && end.context && contextsBetween(begin.context, end.context, steps, wholeContext);
  try {
    return await dataOf(model, params, between, options, context);
  } finally {
    context?.dispose();
  }
}

function meanOfRows(latents: Float32Array, size: number): Float64Array {
  const mean = new Float64Array(size);
  const rows = latents.length / size;
  for (let i = 0; i < latents.length; i++) mean[i % size] = (mean[i % size] as number) + (latents[i] as number) / rows;
  return mean;
}

/**
 * The direction of an attribute: the mean latent of data that have it, less that of data that have not (Kingma & Dhariwal
 * 2018, "Glow", §5), a vector of the flattened base shape.
 *
 * @throws DiffeoError `SHAPE`, `DATA` (no rows), `CONTEXT`, `NOT_FINITE`, `CONFIG` for what does not fit.
 */
export async function attributeDirection(
  model: Flow,
  params: FlowParams,
  data: { readonly having: TensorDataset | Tensor; readonly lacking: TensorDataset | Tensor },
  options: LatentOptions = {},
): Promise<Float32Array> {
  requireOptions('attributeDirection', data, { having: required(anything), lacking: required(anything) });
  requireOptions<LatentOptions>('attributeDirection', options, latentChecks);
  const [haveIt, lackIt] = ['the data that have the attribute', 'the data that lack it'] as const;
  const given = [
    [data.having, haveIt],
    [data.lacking, lackIt],
  ] as const;
  return await holding('attributeDirection', model, params, given, async (held, having, lacking) => {
    const size = sizeOf(model.baseShape);
    const meanLatent = async (dataset: TensorDataset, what: string) =>
      meanOfRows(await latentsOf(model, held, dataset, options, what), size);
    const [mean, other] = [
      await meanLatent(having as TensorDataset, haveIt),
      await meanLatent(lacking as TensorDataset, lackIt),
    ];
    return Float32Array.from(mean, (value, i) => value - (other[i] as number));
  });
}

/**
 * Moves the latents of data along a direction by each of the amounts: the values of `[rows · amounts, ...eventShape]`, all
 * amounts of the first row first. An amount of 0 gives the row itself.
 *
 * @throws DiffeoError `SHAPE`, `DATA`, `CONTEXT`, `NOT_FINITE`, `CONFIG` for what does not fit.
 */
export async function moveAlong(
  model: Flow,
  params: FlowParams,
  data: TensorDataset | Tensor,
  direction: Float32Array,
  amounts: readonly number[],
  options: LatentOptions = {},
): Promise<Float32Array> {
  requireFlow(model, 'moveAlong');
  requireOptions<LatentOptions>('moveAlong', options, latentChecks);
  const size = sizeOf(model.baseShape);
  requireList(direction, 'a direction');
  requireList(amounts, 'amounts');
  if (direction.length !== size) {
    throw new DiffeoError('SHAPE', `a direction of this flow has ${size} numbers; got ${direction.length}`);
  }
  if (amounts.length === 0) throw new DiffeoError('DATA', 'moveAlong: there is no amount to move by');
  if (![...amounts, ...direction].every(Number.isFinite)) {
    throw new DiffeoError('NOT_FINITE', 'directions and amounts are finite numbers');
  }
  const given = [[data, 'the data to move']] as const;
  return await holding('moveAlong', model, params, given, async (held, first) => {
    const dataset = first as TensorDataset;
    const latents = await latentsOf(model, held, dataset, options, 'the data to move');
    const count = amounts.length;
    const moved = new Float32Array(latents.length * count);
    for (let i = 0; i < moved.length; i++) {
      const [row, amount] = [Math.floor(i / (size * count)), amounts[Math.floor(i / size) % count] as number];
      moved[i] = (latents[row * size + (i % size)] as number) + amount * (direction[i % size] as number);
    }
    return await dataOf(model, held, moved, options, dataset.context);
  });
}

function requireList(values: unknown, what: string): void {
  if (Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView))) return;
  throw new DiffeoError('CONFIG', `moveAlong: ${what} must be a list of numbers; got ${describeValue(values)}`);
}

/**
 * Data to latents and back. What a flow dequantizes comes back exactly, unless the flow's round trip is too inexact.
 *
 * @throws DiffeoError `SHAPE`, `DATA`, `CONTEXT`, `NOT_FINITE`, `CONFIG` for what does not fit.
 */
export async function reconstruct(
  model: Flow,
  params: FlowParams,
  data: TensorDataset | Tensor,
  options: LatentOptions = {},
): Promise<Reconstruction> {
  requireOptions<LatentOptions>('reconstruct', options, latentChecks);
  const given = [[data, 'the data to reconstruct']] as const;
  return await holding('reconstruct', model, params, given, async (held, first) => {
    const dataset = first as TensorDataset;
    const latents = await latentsOf(model, held, dataset, options, 'the data to reconstruct');
    const values = await dataOf(model, held, latents, options, dataset.context);
    const before = (await dataset.x.data()) as Float32Array;
    let [equal, largestError] = [0, 0];
    for (const [i, value] of values.entries()) {
      const error = Math.abs(value - (before[i] as number));
      if (error === 0) equal++;
      largestError = Math.max(largestError, error);
    }
    return { values, exact: equal / values.length, largestError };
  });
}
