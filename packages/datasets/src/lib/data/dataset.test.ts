import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkBins, checkFinite, checkIndependent, checkVarying } from './check-rows.ts';
import { type Dataset, datasetFrom, takeRows, toTensor } from './dataset.ts';
import { split } from './split.ts';

const numbered = (count: number): Dataset =>
  datasetFrom(
    Array.from({ length: 2 * count }, (_, i) => i),
    { eventShape: [2], columns: ['a', 'b'] },
  );
const firsts = (rows: Dataset): number[] => [...rows.values].filter((_, i) => i % 2 === 0).map((value) => value / 2);

test('rows become a tensor of the same numbers, empty ones too', () => {
  const rows = datasetFrom([1, 2, 3, 4, 5, 6, 7, 8], { eventShape: [2, 2] });
  const tensor = toTensor(rows);
  expect(tensor.shape).toEqual([2, 2, 2]);
  expect([...tensor.dataSync()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(toTensor(takeRows(rows, [])).shape).toEqual([0, 2, 2]);
  tensor.dispose();
});

test('rows are taken in the order asked for, names and shape kept', () => {
  const taken = takeRows(numbered(5), [4, 0, 4]);
  expect(firsts(taken)).toEqual([4, 0, 4]);
  expect(taken).toMatchObject({ count: 3, eventShape: [2], columns: [{ name: 'a' }, { name: 'b' }] });
  expect(() => takeRows(numbered(5), [5])).toThrow(/Row 5 was asked for; the rows are numbered 0 to 4/);
});

test('numbers that fill no whole rows are refused', () => {
  expect(() => datasetFrom([1, 2, 3], { eventShape: [2] })).toThrow(/3 numbers do not fill whole rows/);
  expect(() => datasetFrom([1, 2], { eventShape: [2], columns: ['a'] })).toThrow(/1 column names .* rows of 2/);
});

test('what are not rows are refused by whatever takes rows', () => {
  const wrong: readonly unknown[] = [
    [
      [1, 2],
      [3, 4],
    ],
    undefined,
    null,
    { values: [1, 2], count: 1, eventShape: [2] },
    { values: new Float32Array(3), count: 2, eventShape: [2] },
    { values: new Float32Array(2), count: 1 },
  ];
  for (const rows of wrong as Dataset[]) {
    const calls = [
      () => toTensor(rows),
      () => takeRows(rows, [0]),
      () => split(rows, undefined, 1),
      () => checkFinite(rows),
      () => checkVarying(rows),
      () => checkIndependent(rows),
      () => checkBins(rows, 2),
    ];
    for (const call of calls) expect(call).toThrow(expect.objectContaining({ name: 'DiffeoError', code: 'DATA' }));
  }
  for (const numbers of [[[1, 2]], undefined, null, 7, ['1', '2']] as unknown as number[][]) {
    expect(() => datasetFrom(numbers, { eventShape: [2] })).toThrow(expect.objectContaining({ code: 'DATA' }));
  }
});

test('a split is disjoint, complete, and the same for the same seed', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 200 }),
      fc.nat(),
      fc.double({ min: 0, max: 0.4, noNaN: true }),
      fc.double({ min: 0, max: 0.4, noNaN: true }),
      (count, seed, validation, test) => {
        const parts = { train: 1 - validation - test, validation, test };
        const cut = split(numbered(count), parts, seed);
        const all = [cut.train, cut.validation, cut.test].flatMap(firsts);
        expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
        for (const name of ['train', 'validation', 'test'] as const) {
          expect(cut[name].count).toBeGreaterThanOrEqual(parts[name] > 0 ? 1 : 0);
          expect(Math.abs(cut[name].count - parts[name] * count)).toBeLessThanOrEqual(2);
          expect(split(numbered(count), parts, seed)[name].values).toEqual(cut[name].values);
        }
      },
    ),
  );
});

test('a split shuffles, by the seed', () => {
  const order = (seed: number): number[] => firsts(split(numbered(100), { train: 1 }, seed).train);
  expect(order(1)).not.toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(order(1)).not.toEqual(order(2));
});

test('a split takes counts, and shares without a training part', () => {
  const sizes = (parts: Parameters<typeof split>[1]): number[] => {
    const { train, validation, test: held } = split(numbered(10), parts, 1);
    return [train.count, validation.count, held.count];
  };
  expect(sizes(undefined)).toEqual([8, 1, 1]);
  expect(sizes({ train: 5, validation: 2, test: 3 })).toEqual([5, 2, 3]);
  expect(sizes({ train: 10 })).toEqual([10, 0, 0]);
  expect(sizes({ validation: 0.5, test: 0.5 })).toEqual([0, 5, 5]);
  expect(sizes({ validation: 1 })).toEqual([0, 10, 0]);
});

test('an impossible split says why', () => {
  expect(() => split(numbered(10), { train: 0.8, test: 0.3 }, 1)).toThrow(/add up to 1 .* 10 rows; got train 0.8/);
  expect(() => split(numbered(10), { train: 5, test: 3 }, 1)).toThrow(/together 8/);
  expect(() => split(numbered(10), { train: 1.5, test: -0.5 }, 1)).toThrow(
    /test must be a number of 0 or more; got -0.5/,
  );
  expect(() => split(numbered(2), undefined, 1)).toThrow(/2 rows are too few for train, validation, test/);
  expect(() => split(numbered(1), { validation: 0.5, test: 0.5 }, 1)).toThrow(/1 rows are too few/);
});

test('the first number that is not finite is named by row and column', () => {
  const rows = numbered(5);
  checkFinite(rows);
  rows.values[7] = Number.NaN;
  expect(() => checkFinite(rows)).toThrow(/row 4, column 'b' is NaN/);
  rows.values[2] = Number.NEGATIVE_INFINITY;
  expect(() => checkFinite(rows)).toThrow(expect.objectContaining({ code: 'NOT_FINITE' }));
  expect(() => checkFinite(rows)).toThrow(/row 2, column 'a' is -Infinity/);
});

test('constant columns are named', () => {
  checkVarying(numbered(2));
  const rows = datasetFrom([1, 5, 2, 5, 3, 5], { eventShape: [2] });
  expect(() => checkVarying(rows)).toThrow(expect.objectContaining({ code: 'CONSTANT_COLUMN' }));
  expect(() => checkVarying(rows)).toThrow(/column 2 \(always 5\)/);
  expect(() => checkVarying(numbered(1))).toThrow(/at least 2 rows to learn from; got 1/);
});

test('numbers that are not bins are named', () => {
  checkBins(datasetFrom([0, 16], { eventShape: [2] }), 17);
  for (const wrong of [17, -1, 0.5, Number.NaN]) {
    expect(() => checkBins(datasetFrom([0, 1, 2, wrong], { eventShape: [2] }), 17)).toThrow(/0 to 16, but row 2/);
  }
});
