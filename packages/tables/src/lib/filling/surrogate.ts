import { type Density, disposeParams, fold } from '@diffeo/core';
import { sample } from '@diffeo/trainer';
import { mixMembers } from '../mix-members.ts';
import { classMember, independentMember } from '../mixed/class-members.ts';
import { type Conditionals, conditionals } from '../mixed/conditionals.ts';
import { mixedTableShape } from '../mixed/mixed-table-shape.ts';

/** So many samples tell what a density is like, */
const samples = 4000;
/** and so many classes, or as many as can be found in a second. */
const work = { most: 28, searchWork: 2e8 };

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
  const shape = mixedTableShape(columns, []);
  const fitted = await mixMembers(
    { values, count: whole.length, size },
    { folds: 1, kinds: [independentMember(shape), classMember(shape, 'normal', work)], reasons: [] },
    { seed, signal },
  );
  const found = conditionals(fitted.model, fitted.params);
  disposeParams(fitted.model.layout, fitted.params);
  return found;
}
