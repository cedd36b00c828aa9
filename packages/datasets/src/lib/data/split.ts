import { DiffeoError, type Seed, shuffled } from '@diffeo/core';
import {
  numberBetween,
  type OptionCheck,
  type OptionChecks,
  requireOptions,
  requireSeed,
} from '@diffeo/core/arguments';
import { type Dataset, requireDataset, takeRows } from './dataset.ts';

const names = ['train', 'validation', 'test'] as const;
type Part = (typeof names)[number];

/** How much goes into each part: shares that add up to 1, or whole numbers that add up to the number of rows. */
export type Parts = { readonly [name in Part]?: number };

/** The three parts of a data set. Each row is in exactly one; a part that was given nothing is empty. */
export type Split<Data extends Dataset = Dataset> = { readonly [name in Part]: Data };

const amount: OptionCheck = {
  ...numberBetween(0, Number.MAX_SAFE_INTEGER),
  expected: 'a number of 0 or more',
  code: 'DATA',
};
const checks: OptionChecks<Parts> = { train: amount, validation: amount, test: amount };
const otherWords = { training: 'train', valid: 'validation', val: 'validation', testing: 'test' } as const;

function counts(total: number, parts: Parts): Record<Part, number> {
  const asked = names.map((name) => parts[name] ?? 0);
  const sum = asked.reduce((a, b) => a + b, 0);
  const described = names.map((name, i) => `${name} ${asked[i]}`).join(', ');
  const possible = asked.every((amount) => Number.isFinite(amount) && amount >= 0);
  const [train = 0, validation = 0, test = 0] = asked;
  if (possible && Math.abs(sum - 1) < 1e-9) {
    const held = (share: number): number => (share > 0 ? Math.max(1, Math.round(share * total)) : 0);
    const kept = { validation: held(validation), test: held(test) };
    // What rounding leaves goes to train, or, without one, to the last part that there is.
    if (train > 0) {
      // With few rows, rounding up may leave train nothing: the larger part gives a row back.
      if (kept.validation + kept.test >= total) kept[kept.validation > kept.test ? 'validation' : 'test'] -= 1;
      return { train: total - kept.validation - kept.test, ...kept };
    }
    return test > 0
      ? { train: 0, validation: Math.min(kept.validation, total - 1), test: Math.max(total - kept.validation, 1) }
      : { train: 0, validation: total, test: 0 };
  }
  if (possible && sum === total && asked.every(Number.isInteger)) return { train, validation, test };
  throw new DiffeoError(
    'DATA',
    `A split takes shares that add up to 1 or whole numbers that add up to the ${total} rows; got ${described}, together ${sum}.`,
  );
}

/** The numbers of the rows of each part, as {@link split} chooses them among `total`. */
function splitIndices(total: number, parts: Parts | undefined, seed: Seed): Record<Part, Int32Array> {
  requireOptions('split', parts, checks, otherWords);
  requireSeed(seed, 'split: the seed');
  const asked = parts ?? { train: 0.8, validation: 0.1, test: 0.1 };
  const sizes = counts(total, asked);
  for (const name of names) {
    if (sizes[name] < ((asked[name] ?? 0) > 0 ? 1 : 0)) {
      const wanted = names.filter((part) => (asked[part] ?? 0) > 0);
      throw new DiffeoError(
        'DATA',
        `${total} rows are too few for ${wanted.join(', ')}: each needs at least one row. Give more rows or fewer parts.`,
      );
    }
  }
  const order = shuffled(total, seed);
  const heldOut = sizes.train + sizes.validation;
  return {
    train: order.subarray(0, sizes.train),
    validation: order.subarray(sizes.train, heldOut),
    test: order.subarray(heldOut),
  };
}

/**
 * Shuffles the rows by `seed` and cuts them into train, validation and test: by default 80 %, 10 % and 10 %. The parts
 * are disjoint and complete, and a part with a share above 0 has at least one row. The same seed gives the same split.
 * Throws `DATA` when the shares add up to neither 1 nor the number of rows, or when there are too few rows; `CONFIG` for
 * parts that there are not; `SEED` for a seed that is none.
 *
 * @example
 * const { train, test } = split(twoMoons().sample(1000, 1), { train: 0.9, test: 0.1 }, 2);
 * console.log(train.count, test.count); // 900 100
 */
export function split<Data extends Dataset>(rows: Data, parts: Parts | undefined, seed: Seed): Split<Data> {
  requireDataset(rows);
  const { train, validation, test } = splitIndices(rows.count, parts, seed);
  return { train: takeRows(rows, train), validation: takeRows(rows, validation), test: takeRows(rows, test) };
}
