import { flow, load, randomSource, save } from '@diffeo/core';
import { sample, score, useWasm } from '@diffeo/trainer';
import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { crossFit, disposeMembers } from '../cross-fit.ts';
import { foldRows } from '../folds/fold-rows.ts';
import { foldsOf } from '../folds/folds.ts';
import type { Member } from '../members/member-kind.ts';
import type { ColumnFacts } from '../mixed/columns-of-data.ts';
import { missingCell } from '../mixed/mixed-column.ts';
import { mixedTableShape } from '../mixed/mixed-table-shape.ts';
import { tableDefinitions } from '../table-definitions.ts';
import { autoregressiveMember } from './autoregressive-member.ts';
import type { AutoregressiveConfig } from './autoregressive-parts.ts';
import { autoregressiveRows } from './autoregressive-rows.ts';

beforeAll(() => useWasm());

const recipe = {
  ...{ hidden: [24, 24], steps: 150, learningRate: 1e-2, noise: 0.1, weightDecay: 1e-2, ema: 0.98 },
  ...{ patience: 10, validateEvery: 30 },
} as const;
const source = randomSource(3);

/** A table and a member of one fold of it, with the context at these places. */
async function memberOf(
  columns: readonly ColumnFacts[],
  rows: readonly (readonly number[])[],
  given: readonly number[] = [],
  steps: number = recipe.steps,
) {
  const size = columns.length;
  const table = { values: Float32Array.from(rows.flat()), count: rows.length, size };
  const folds = foldRows(table, foldsOf(rows.length, 2, 1).slice(0, 1));
  const fitted = await crossFit(folds, autoregressiveMember(mixedTableShape(columns, given), { ...recipe, steps }), {
    seed: 1,
    // Rows that weigh are not looked at here.
    scores: () => Promise.resolve(new Float64Array(1)),
  });
  return fitted.members[0] as Member;
}
async function scoresOf(
  { model, params }: Member,
  rows: readonly (readonly number[])[],
  context?: readonly (readonly number[])[],
) {
  const [x, given] = [tensor2d(rows as number[][]), context && tensor2d(context as number[][])];
  return await score(model, params, given ? { x, context: given } : x);
}
/** The probability that counts are below 0, which rows of the tests are not. */
function beyondOf({ model }: Member): number {
  const { columns = [] } = (model.spec.base?.config ?? {}) as Partial<AutoregressiveConfig>;
  return columns[1]?.beyond ?? 0;
}
const total = (logs: Float32Array): number => logs.reduce((sum, log) => sum + Math.exp(log), 0);

/** A group, a count by it, and a size by both that may be missing. */
const columns: readonly ColumnFacts[] = [
  { name: 'group', kind: 'category', categories: ['a', 'b'] },
  { name: 'count', kind: 'integer', reason: 'whole', step: 1 },
  { name: 'size', kind: 'real' },
];
const draw = (): readonly number[] => {
  const group = source.integer(2);
  const count = Math.max(0, Math.round(4 + 6 * group + 1.5 * source.normal()));
  return [group, count, source.uniform() < 0.2 ? missingCell : Math.cos(count) * 3 + group + 0.5 * source.normal()];
};

test('probabilities and densities together are 1, and samples are of them', async () => {
  const member = await memberOf(columns, Array.from({ length: 300 }, draw));
  // Fine enough for components that are narrower than the noise.
  const step = 0.1;
  const rows = [0, 1, 2, missingCell].flatMap((group) =>
    [...Array.from({ length: 32 }, (_, i) => i), missingCell].flatMap((count) =>
      [...Array.from({ length: 201 }, (_, i) => -10 + i * step), missingCell].map((size) => [group, count, size]),
    ),
  );
  const logs = await scoresOf(member, rows);
  const sum = logs.reduce((all, log, row) => all + Math.exp(log) * (rows[row]?.[2] === missingCell ? 1 : step), 0);
  expect(Math.abs(sum - 1 + beyondOf(member))).toBeLessThan(5e-4);

  const drawn = await sample(member.model, member.params, { count: 1500, seed: 2 });
  const own = Array.from(
    { length: 1500 },
    (_, row) => [...drawn.subarray(3 * row, 3 * row + 3)] as [number, number, number],
  );
  expect(own.every(([group, count]) => (group === 0 || group === 1) && Number.isInteger(count) && count >= 0)).toBe(
    true,
  );
  // What is drawn is as likely as the density says, on a few events.
  const events: readonly ((row: readonly [number, number, number]) => boolean)[] = [
    ([group]) => group === 0,
    ([group, count]) => group === 1 && count <= 9,
    ([, , size]) => size === missingCell,
    ([, count, size]) => count > 5 && size < 0,
  ];
  for (const [i, isOne] of events.entries()) {
    const share = own.filter(isOne).length / own.length;
    const mass = logs.reduce(
      (all, log, row) =>
        all + (isOne(rows[row] as never) ? Math.exp(log) * (rows[row]?.[2] === missingCell ? 1 : step) : 0),
      0,
    );
    expect(Math.abs(share - mass), `event ${i}`).toBeLessThan(0.04);
  }
});

test('it learns what no Gaussian of a class says: a wave', async () => {
  const member = await memberOf(columns, Array.from({ length: 400 }, draw));
  const fresh = Array.from({ length: 400 }, draw);
  const own = await scoresOf(member, fresh);
  const apart = await scoresOf(
    member,
    fresh.map(([group = 0, count = 0, size = 0]) => [group, count, size === missingCell ? size : -size]),
  );
  const ahead = own.reduce((sum, log, i) => sum + log - (apart[i] as number), 0) / own.length;
  expect(ahead).toBeGreaterThan(1);
});

test('given a context it is a density of the rest, and is the same from its file', async () => {
  const member = await memberOf(columns, Array.from({ length: 300 }, draw), [2, 0]);
  const counts = [...Array.from({ length: 60 }, (_, i) => [i]), [missingCell]];
  for (const context of [
    [1.5, 0],
    [missingCell, 1],
    [-2, 1],
  ]) {
    const logs = await scoresOf(
      member,
      counts,
      counts.map(() => context),
    );
    expect(total(logs), `${context}`).toBeCloseTo(1 - beyondOf(member), 3);
    const given = tensor2d([context]);
    const drawn = await sample(member.model, member.params, { count: 800, seed: 1, context: given });
    const mean = drawn.reduce((sum, one) => sum + one, 0) / 800;
    const expected = logs.reduce((sum, log, i) => sum + Math.exp(log) * (counts[i]?.[0] === missingCell ? 0 : i), 0);
    expect(Math.abs(mean - expected), `${context}`).toBeLessThan(0.4);
  }
  const bytes = await save(member.model, member.params);
  const again = load(bytes, { definitions: tableDefinitions });
  const rows = [[3], [9], [missingCell]];
  const contexts = rows.map(() => [0.5, 1]);
  expect(await scoresOf(again as unknown as Member, rows, contexts)).toEqual(await scoresOf(member, rows, contexts));
});

test('no tensor stays behind', async () => {
  const before = memory().numTensors;
  const member = await memberOf(columns, Array.from({ length: 60 }, draw), [], 20);
  await sample(member.model, member.params, { count: 10, seed: 1 });
  disposeMembers([member]);
  expect(memory().numTensors).toBe(before);
});

test('sequences that are none are refused', () => {
  const [column] = mixedTableShape([{ name: 'x', kind: 'real' }], []).columnsOf({
    ...{ values: Float32Array.of(1, 2, 4), count: 3, size: 1 },
  }) as [AutoregressiveConfig['columns'][number]];
  const base = (sequence: readonly number[], given: readonly number[] = []) =>
    autoregressiveRows({
      ...{ columns: [column], given: [...given], sequence: [...sequence], hidden: [4], components: 2, knots: 2 },
    });
  expect(() => flow({ eventShape: [1], layers: [], base: base([1]) })).toThrow('does not hold each column once');
});
