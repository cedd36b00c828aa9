import { randomSource } from '@diffeo/core';
import { expect, it } from 'vitest';
import { seenRowWarnings } from './seen-row-warnings.ts';

const source = randomSource(1);
const rowsOf = (count: number): number[][] => Array.from({ length: count }, () => [source.normal(), source.normal()]);
const host = (rows: readonly (readonly number[])[]) => ({ values: Float32Array.from(rows.flat()), size: 2 });

const trained = rowsOf(50);
const [fresh, again] = [rowsOf(20), trained.slice(0, 10)];
const heldOut = host([...fresh, ...again]);
const scores = (ofSeen: number) => heldOut.values.subarray(0, 30).map((_, row) => (row < 20 ? -2 : ofSeen));

it('says how likely new rows are where those that were trained on carry the mean', () => {
  const [warning, ...more] = seenRowWarnings(scores(10), heldOut, host(trained));
  expect(more).toEqual([]);
  expect(warning).toMatchObject({ code: 'SEEN_ROWS', rows: Array.from({ length: 10 }, (_, i) => 20 + i) });
  expect(warning?.message).toContain('10 of the 30 held-out rows are also among those trained on');
  expect(warning?.message).toContain('is 2.00 with them and -2.00 without them');
});

it('says nothing of rows that change little, of few, and of none', () => {
  expect(seenRowWarnings(scores(-1), heldOut, host(trained))).toEqual([]);
  expect(seenRowWarnings(scores(10), heldOut, host(trained.slice(8)))).toEqual([]);
  expect(seenRowWarnings(scores(10), heldOut, host(rowsOf(50)))).toEqual([]);
  expect(seenRowWarnings([], { values: [], size: 2 }, host(trained))).toEqual([]);
});
