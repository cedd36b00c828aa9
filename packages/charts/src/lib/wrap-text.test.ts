import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadTextWidth } from './text-width.ts';
import { wrapText } from './wrap-text.ts';

const upTo = (length: number) => (line: string) => line.length <= length;

describe('wrapText', () => {
  test('breaks at spaces', () => {
    expect(wrapText('a flow  trained\non digits', upTo(8))).toEqual(['a flow', 'trained', 'on', 'digits']);
    expect(wrapText('a flow trained on digits', upTo(14))).toEqual(['a flow trained', 'on digits']);
    expect(wrapText('incomprehensibly long', upTo(5))).toEqual(['incomprehensibly', 'long']);
    expect(wrapText(' ', upTo(5))).toEqual([]);
  });

  test('keeps every word, and lines of several words fit', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/)), fc.integer({ min: 0, max: 30 }), (words, length) => {
        const lines = wrapText(words.join(' '), upTo(length));
        expect(lines.join(' ')).toBe(words.join(' '));
        expect(lines.filter((line) => line.includes(' ')).every(upTo(length))).toBe(true);
      }),
    );
  });
});

test('text width grows with the text, its size and its weight', async () => {
  const width = await loadTextWidth();
  const flow = width('flow', { size: 14 });
  expect(flow).toBeGreaterThan(20);
  expect(flow).toBeLessThan(40);
  expect(width('flow', { size: 28 })).toBeCloseTo(2 * flow, 0);
  expect(width('flows', { size: 14 })).toBeGreaterThan(flow);
  expect(width('flow', { size: 14, bold: true })).toBeGreaterThan(flow);
  expect(width('', { size: 14 })).toBe(0);
});
