import { randomSource } from '@diffeo/core';
import { expect, test } from 'vitest';
import { baselineWarnings, scoreWarnings } from './score-warnings.ts';

const { normal } = randomSource(2);
const usual = Array.from({ length: 300 }, () => -3 + normal());

test('usual scores are nothing to speak of, in whatever units', () => {
  expect(scoreWarnings(usual)).toEqual([]);
  expect(scoreWarnings(usual.map((score) => score - 1e6))).toEqual([]);
  expect(scoreWarnings([-1, -2, -3])).toEqual([]);
});

test('few rows that decide the mean are named, with median and trimmed mean', () => {
  const scores = usual.with(17, -2000).with(40, -900);
  const [warning, ...others] = scoreWarnings(scores, { nameOf: (row) => `line ${row + 2}` });
  expect(others).toEqual([]);
  expect(warning).toMatchObject({ code: 'FEW_ROWS_DECIDE', rows: [17, 40] });
  expect(warning?.message).toMatch(
    /^2 rows of 300 decide .* \(line 19, line 42\): the mean is -12\.\d\d, the median -\d\.\d\d/,
  );
  expect(scoreWarnings(usual.with(3, -1e14))[0]?.message).toContain('one row of 300 decides');
});

test('rows that are impossible are named, in whatever order they come, and nothing is NaN', () => {
  const scores = [...usual, -Infinity];
  const [warning, ...others] = scoreWarnings(scores);
  expect(others).toEqual([]);
  expect(warning).toMatchObject({ code: 'IMPOSSIBLE_ROWS', rows: [300] });
  const reversed = scoreWarnings(scores.toReversed());
  expect(reversed[0]?.message).toBe(warning?.message.replace('row 301', 'row 1'));
  expect(scoreWarnings([-Infinity, -Infinity])[0]?.message).not.toContain('NaN');
});

test('a flow that is worse than the Gaussian is said to be', () => {
  const gaussian = usual.map((score) => score + 0.3 * normal());
  expect(baselineWarnings(usual, gaussian)).toEqual([]);
  expect(
    baselineWarnings(
      usual.map((score) => score - 0.5),
      gaussian,
    ),
  ).toMatchObject([{ code: 'BEHIND_GAUSSIAN' }]);
  expect(baselineWarnings(usual.with(0, -1e5), gaussian)).toMatchObject([{ code: 'BEHIND_GAUSSIAN' }]);
});
