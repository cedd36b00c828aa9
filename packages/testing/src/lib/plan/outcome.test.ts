import { expect, test } from 'vitest';
import { atMost, close, failed, finite, passed, worst } from './outcome.ts';

const compare = (actual: number[], expected: number[], tolerance = 0.01) =>
  close({ what: 'it', actual, expected, tolerance, rows: 2 });

test('differences are relative to 1 + |expected|', () => {
  expect(compare([1e6 + 1, 0], [1e6, 0.005]).passed).toBe(true);
  expect(compare([0, 0.02], [0, 0]).passed).toBe(false);
});

test('the worst entry is reported with its row', () => {
  const { message, measured } = compare([0, 0, 0, 0, 7, 0], [0, 1, 0, 0, 0, 0]);
  expect(message).toContain('expected 0 and got 7 in row 1, entry 1');
  expect(measured).toBe(7);
});

test('what is not a number differs from every number, and infinities equal themselves', () => {
  expect(compare([Number.NaN], [0]).passed).toBe(false);
  expect(compare([0], [Number.NaN]).passed).toBe(false);
  expect(compare([Infinity], [1]).passed).toBe(false);
  expect(compare([-Infinity], [Infinity]).passed).toBe(false);
  expect(compare([-Infinity], [-Infinity], 0).passed).toBe(true);
});

test('lists of different lengths differ; empty ones do not', () => {
  expect(compare([1, 2], [1]).message).toContain('expected 1 numbers and got 2');
  expect(compare([], [], 0).passed).toBe(true);
});

test('finite numbers pass, and the first that is none is described', () => {
  expect(finite('it', [1, 2], String).passed).toBe(true);
  expect(finite('it', [1, Number.NaN, Infinity], (at) => `at ${at}`).message).toContain('got NaN at 1');
});

test('NaN is not at most anything', () => {
  expect(atMost(Number.NaN, 1, 'it').passed).toBe(false);
});

test('of several outcomes the first failure counts, or else the one nearest to failing', () => {
  const [near, far] = [atMost(0.9, 1, 'near'), atMost(0.1, 1, 'far')];
  expect(worst([far, near, passed()])).toBe(near);
  expect(worst([near, failed('no'), failed('nor this')]).message).toBe('no');
  expect(worst([]).passed).toBe(true);
});
