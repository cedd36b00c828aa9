import { describe, expect, test } from 'vitest';
import { toTensor } from './data/dataset.ts';
import { split } from './data/split.ts';
import { concentricRings, rings } from './toys/concentric-rings.ts';
import { eightGaussians } from './toys/eight-gaussians.ts';
import { pinwheel } from './toys/pinwheel.ts';
import { swissRoll } from './toys/swiss-roll.ts';
import { twoMoons } from './toys/two-moons.ts';
import { twoSpirals } from './toys/two-spirals.ts';

const noSeeds = [undefined, Number.NaN, 0.5, '0', null, 2 ** 53];

describe('seeds that are none', () => {
  test.each(noSeeds)('%s is refused by split and by the toys', (seed) => {
    const refusal = expect.objectContaining({ code: 'SEED' });
    expect(() => twoMoons().sample(20, seed as number)).toThrow(refusal);
    expect(() => split(twoMoons().sample(20, 1), undefined, seed as number)).toThrow(refusal);
  });

  test('seeds 2 ** 32 apart are different ones', () => {
    expect(twoMoons().sample(3, 0).values).not.toEqual(twoMoons().sample(3, 2 ** 32).values);
  });
});

describe('options that there are not, or that cannot be meant', () => {
  test.each<[string, (options: object) => unknown, object]>([
    ['twoMoons', twoMoons, { noise: 0 }],
    ['swissRoll', swissRoll, { noise: Number.NaN }],
    ['twoSpirals', twoSpirals, { noise: null }],
    ['rings', rings, { radii: [1, -1] }],
    ['concentric-rings', concentricRings, { radii: 'wide' }],
    ['eightGaussians', eightGaussians, { radius: Infinity }],
    ['pinwheel', pinwheel, { arms: 2.5 }],
  ])('are refused by %s', (name, make, impossible) => {
    const refused = (message: string) =>
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining(message) });
    expect(() => make({ colour: 1 })).toThrow(refused(`${name}: there is no option 'colour'`));
    expect(() => make(impossible)).toThrow(refused(`${name}: ${Object.keys(impossible)[0]} must be `));
    expect(() => make({ [Object.keys(impossible)[0] as string]: undefined })).not.toThrow();
  });

  test('are refused by split', () => {
    const rows = twoMoons().sample(20, 1);
    expect(() => split(rows, { training: 0.9, test: 0.1 } as object, 1)).toThrow("did you mean 'train'?");
    expect(() => split(rows, { train: Number.NaN }, 1)).toThrow('split: train must be a number');
  });
});

test('rows that are none are refused in words', () => {
  for (const rows of [undefined, [[1, 2]], { values: [1] }]) {
    expect(() => split(rows as never, undefined, 1)).toThrow('A data set is { values, count, eventShape }');
    expect(() => toTensor(rows as never)).toThrow('A data set is { values, count, eventShape }');
  }
});
