import { type Definition, defineLayer, shuffled } from '@diffeo/core';
import { lastAxis } from '@diffeo/ops';
import { array, minValue, number, pipe, safeInteger, strictObject, union } from 'valibot';
import { reordering } from './reordering.ts';

const wholeNumber = pipe(number(), safeInteger());

const schema = union(
  [
    strictObject({
      /** Where each number of the last axis comes from in the inverse direction: `z[…, i] = x[…, permutation[i]]`. */
      permutation: array(pipe(wholeNumber, minValue(0))),
    }),
    strictObject({
      /** A random permutation, the same on every machine for the same seed and size. */
      seed: wholeNumber,
    }),
  ],
  'takes either { permutation: [each of 0 … channels − 1 once] } or { seed: a whole number }',
);

function isPermutation(order: readonly number[], size: number): boolean {
  if (order.length !== size) return false;
  const taken = new Uint8Array(size);
  for (const from of order) taken[from] = 1;
  return taken.every((is) => is === 1);
}

/**
 * Reorders the last axis of the event by a fixed permutation: given, or random by a seed. It is part of the configuration
 * and so of the saved model, not a parameter: two `permute({ seed })` of one flow need different seeds to differ.
 * No parameters; logDet 0.
 *
 * @throws DiffeoError `SHAPE`, when the flow is built, where `permutation` is not one of the last axis.
 */
export const permute: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-linear/permute',
  version: 1,
  schema,
  build: (config, site) => {
    const { channels } = lastAxis(site);
    if ('seed' in config) return reordering(site.eventShape, () => shuffled(channels, config.seed));
    const { permutation } = config;
    if (!isPermutation(permutation, channels)) {
      site.fail(
        `the permutation must hold each of 0 … ${channels - 1} once; got ${permutation.length} entries: ${permutation.slice(0, 20).join(', ')}`,
      );
    }
    return reordering(site.eventShape, () => permutation);
  },
});
