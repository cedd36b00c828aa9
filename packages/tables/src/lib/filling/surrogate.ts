import { type Density, disposeParams, fold } from '@diffeo/core';
import { sample } from '@diffeo/trainer';
import { type Conditionals, conditionals } from '../mixed/conditionals.ts';
import { mixedTable } from '../mixed/mixed-table.ts';

/** So many samples tell what a density is like. */
const samples = 4000;

/**
 * A density near a given one whose conditionals are known: classes of Gaussians, fitted to samples of it. It proposes what the given one then weighs, so how near
 * it is decides the cost of a draw and not its distribution.
 */
export async function surrogateOf(
  model: Density,
  params: unknown,
  size: number,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<Conditionals> {
  const seed = fold(0, 'surrogate');
  const drawn = await sample(model, params, { count: samples, seed });
  const isWhole = (row: number): boolean => drawn.subarray(row * size, (row + 1) * size).every(Number.isFinite);
  const whole = Array.from({ length: samples }, (_, row) => row).filter(isWhole);
  const values = Float32Array.from(whole.flatMap((row) => [...drawn.subarray(row * size, (row + 1) * size)]));
  const columns = Array.from({ length: size }, (_, i) => ({ name: `${i + 1}`, kind: 'real' }));
  const fitted = await mixedTable(
    { values, count: whole.length, columns },
    { effort: 'fast', seed, ...(signal && { signal }) },
  );
  const found = conditionals(fitted.model, fitted.params);
  disposeParams(fitted.model.layout, fitted.params);
  return found;
}
