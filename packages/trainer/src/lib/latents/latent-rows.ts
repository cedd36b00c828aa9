import { DiffeoError, type Flow, type FlowParams, fold, type Seed, sizeOf } from '@diffeo/core';
import { type OptionChecks, seedNumber } from '@diffeo/core/arguments';
import { tidied } from '@diffeo/core/engine';
import { gather, type Tensor, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { rowsOption, rowsTogether } from '../data/batch-size.ts';
import { requireFinite } from '../data/require-finite.ts';
import { disposeDataset, rowsOf, sliceRows, type TensorDataset } from '../data/tensor-dataset.ts';
import { firstNotFinite } from '../training/diagnose.ts';

/** How to go between data and latents. */
export interface LatentOptions {
  /** Draws the dequantization noise, where there is any. Default 0. */
  readonly noise?: Seed;
  /** How many rows go through the flow at once. Default {@link rowsTogether}. */
  readonly batchSize?: number;
}

/** The one way in which they are checked. */
export const latentChecks: OptionChecks<LatentOptions> = { noise: seedNumber, batchSize: rowsOption };

/** The latents of a batch whose first row has the number `begin` among all. */
async function batchLatents(
  model: Flow,
  params: FlowParams,
  { x, context }: TensorDataset,
  begin: number,
  noise: Seed,
): Promise<Float32Array> {
  const options = { ...(context && { context }), ...(model.dequantizes && { noise: fold(noise, begin) }) };
  const { value, logDet } = model.toBase(params, x, options);
  const latents = (await value.data()) as Float32Array;
  for (const made of [value, logDet]) made.dispose();
  if (latents.every(Number.isFinite)) return latents;
  const rows = `rows ${begin} to ${begin + (x.shape[0] as number) - 1}`;
  throw new DiffeoError('NOT_FINITE', `${rows}: ${await firstNotFinite(model, params, x, options)}`);
}

/**
 * The latents of data that fit the flow, `[rows, size of the base shape]`, row after row, on the host.
 *
 * @throws DiffeoError `DATA`, `NOT_FINITE` for numbers that data may not have, or that the flow has no latent of.
 */
export async function latentsOf(
  model: Flow,
  params: FlowParams,
  dataset: TensorDataset,
  { noise = 0, batchSize = rowsTogether(model) }: LatentOptions,
  what: string,
): Promise<Float32Array> {
  await requireFinite(model, dataset, what);
  const [rows, size] = [rowsOf(dataset), sizeOf(model.baseShape)];
  const latents = new Float32Array(rows * size);
  for (let begin = 0; begin < rows; begin += batchSize) {
    const batch = sliceRows(dataset, begin, Math.min(batchSize, rows - begin));
    try {
      latents.set(await batchLatents(model, params, batch, begin, noise), begin * size);
    } finally {
      disposeDataset(batch);
    }
  }
  return latents;
}

/**
 * The data of latents, `[rows, ...eventShape]`, row after row, on the host. Every row of the context goes with as many
 * latents as every other, in their order.
 *
 * @throws DiffeoError `NOT_FINITE` where latents lie too far out for the flow.
 */
export async function dataOf(
  model: Flow,
  params: FlowParams,
  latents: Float32Array,
  { batchSize = rowsTogether(model) }: LatentOptions,
  context?: Tensor,
): Promise<Float32Array> {
  const [size, width] = [sizeOf(model.baseShape), sizeOf(model.eventShape)];
  const rows = latents.length / size;
  const each = context ? rows / (context.shape[0] as number) : 1;
  const values = new Float32Array(rows * width);
  for (let begin = 0; begin < rows; begin += batchSize) {
    const count = Math.min(batchSize, rows - begin);
    const x = tidied(() => {
      const z = tensor(latents.slice(begin * size, (begin + count) * size), [count, ...model.baseShape]);
      if (!context) return model.toData(params, z);
      const numbers = Int32Array.from({ length: count }, (_, i) => Math.floor((begin + i) / each));
      return model.toData(params, z, { context: gather(context, tensor1d(numbers, 'int32')) });
    });
    values.set((await x.data()) as Float32Array, begin * width);
    x.dispose();
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return values;
  throw new DiffeoError(
    'NOT_FINITE',
    `latent ${Math.floor(bad / width)} (counted from 0) lies so far out that its data are not finite. Stay nearer to the data.`,
  );
}
