import { max, mean, min, reshape, sqrt, square, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { columnList, type Warning } from './warning.ts';

/** How many of its own deviations (or of 1, where those are less) the middle of a context may lie from 0. */
const farthest = 10;
/** How wide a context may be, or how narrow its inverse. */
const widest = 30;

/** Mean, deviation, least and greatest of each column. */
async function columnsOf(context: Tensor): Promise<readonly Float32Array[]> {
  const rows = context.shape[0] as number;
  const found = tidy(() => {
    const flat = reshape(context, [rows, context.size / rows]);
    const middle = mean(flat, 0);
    return [middle, sqrt(mean(square(sub(flat, middle)), 0)), min(flat, 0), max(flat, 0)];
  });
  try {
    return await Promise.all(found.map(async (tensor) => (await tensor.data()) as Float32Array));
  } finally {
    for (const tensor of found) tensor.dispose();
  }
}

/**
 * A word on contexts far from unit scale, such as years or incomes. Networks take them as they are, see nothing but a
 * constant, and the flow ignores what it is conditioned on. `context` is `[rows, ...contextShape]`.
 */
export async function contextWarnings(context: Tensor): Promise<readonly Warning[]> {
  if ((context.shape[0] as number) < 2 || context.size === 0) return [];
  const [means, deviations, lows, highs] = (await columnsOf(context)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const columns = [...means.keys()].filter((column) => {
    const [middle, deviation] = [means[column] as number, deviations[column] as number];
    const constant = lows[column] === highs[column];
    return (
      !constant &&
      (Math.abs(middle) > farthest * Math.max(1, deviation) || deviation > widest || deviation < 1 / widest)
    );
  });
  if (columns.length === 0) return [];
  const note = (column: number): string =>
    ` (mean ${(means[column] as number).toPrecision(3)}, deviation ${(deviations[column] as number).toPrecision(3)})`;
  return [
    {
      code: 'CONTEXT_SCALE',
      columns,
      message: `the context is far from mean 0 and deviation 1 in ${columnList(columns, undefined, note)}: networks learn little from such numbers. Subtract the mean and divide by the deviation before training, and do the same to contexts that you score and sample with.`,
    },
  ];
}
