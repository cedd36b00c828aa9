import fc from 'fast-check';
import { expect, it } from 'vitest';
import { oneLine } from './printable.ts';

it('shows control characters instead of obeying them', () => {
  expect(oneLine('a\nb\u001b[31mc\u2028é')).toBe('a\\nb\\u001b[31mc\\u2028é');
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/\p{Cc}/u.test(oneLine(text))));
});
