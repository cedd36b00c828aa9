import { DiffeoError } from './error.ts';
import type { Bijector, Support } from './parts/bijector.ts';
import type { Interval } from './parts/interval.ts';

/** The whole line. */
export const everywhere: Interval = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** The support of a layer with its directions exchanged. */
export const exchanged = (support: Support): Support =>
  support === 'kept' ? support : { domain: support.codomain, codomain: support.domain };

/** Ends that differ by float32's rounding are the same. */
const same = (a: Interval, b: Interval): boolean =>
  a.every((end, i) => Math.fround(end) === Math.fround(b[i] as number));

const described = (interval: Interval): string =>
  same(interval, everywhere) ? 'the whole line' : `${interval[0]} to ${interval[1]}`;

/**
 * The support of layers one after another, `layers[0]` at the data's side.
 *
 * @param nameOf what errors call the layer of that number
 * @throws DiffeoError `SUPPORT` where a layer's domain is not the codomain of the next
 */
export function composedSupport(layers: readonly Bijector[], nameOf: (index: number) => string): Support {
  let composed: Support = 'kept';
  let before = '';
  for (const [i, { support = { domain: null, codomain: null } }] of layers.entries()) {
    if (support === 'kept') continue;
    const name = nameOf(i);
    const reached: Interval | null = composed === 'kept' ? null : composed.domain;
    if (reached && support.codomain && !same(reached, support.codomain)) {
      throw new DiffeoError(
        'SUPPORT',
        `${before} maps the numbers of ${described(reached)} to data, and ${name}, behind it, gives those of ${described(support.codomain)}: put a layer between them that maps one to the other`,
      );
    }
    composed = { domain: support.domain, codomain: composed === 'kept' ? support.codomain : composed.codomain };
    before = name;
  }
  return composed;
}

/**
 * Holds a base to the layers in front of it.
 *
 * @throws DiffeoError `SUPPORT` where they do not map the numbers of the base, or more than those
 */
export function requireBaseSupport(layers: Support, base: Interval | undefined, name: string): void {
  const taken = layers === 'kept' ? null : layers.domain;
  if (!taken || !base || same(taken, base)) return;
  const isWithin = base[0] >= taken[0] && base[1] <= taken[1];
  const trouble = isWithin
    ? 'data that they map to the others would have no density'
    : 'samples would begin at numbers that they do not map';
  throw new DiffeoError(
    'SUPPORT',
    `the layers map the numbers of ${described(taken)} to data, and ${name} has those of ${described(base)}: ${trouble}. Choose a base of that support, or put a layer in front of it, last in the list, that maps its numbers to those`,
  );
}
