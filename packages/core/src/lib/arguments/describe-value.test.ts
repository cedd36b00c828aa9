import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeValue, oneLine } from '../../arguments.ts';

it('shows control characters instead of obeying them', () => {
  expect(oneLine('a\nb\u001b[31mc\u2028é')).toBe('a\\nb\\u001b[31mc\\u2028é');
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/\p{Cc}/u.test(oneLine(text))));
});

it('shows values shortly, whatever they are', () => {
  for (const [value, shown] of [
    [`a\u202e${'x'.repeat(1e6)}`, `'a\\u202e${'x'.repeat(37)}…'`],
    [[1, 'a', null], '[1, a, null]'],
    [[[1]], 'a list of 1'],
    [new Float32Array(2), 'a Float32Array'],
    [{ a: 1, b: 2 }, 'an object with a, b'],
    [{}, 'an empty object'],
    [1n, 'a bigint'],
    [Symbol('x'), 'a symbol'],
    [undefined, 'undefined'],
  ] as const) {
    expect(describeValue(value)).toBe(shown);
  }
  fc.assert(fc.property(fc.anything(), (value) => describeValue(value).length < 400));
});
