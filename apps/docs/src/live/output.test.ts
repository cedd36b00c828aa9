import { expect, test } from 'vitest';
import { loggedOutput, tabulatedOutput } from './output.ts';
import { outputHtml } from './output-html.ts';

test('values are written as text, to six digits', () => {
  const values = ['loss', 1.8081204891, 3, [0.1, 2], new Float32Array([0.1]), { a: 'b' }, null];
  expect(loggedOutput(values)).toEqual({ kind: 'text', text: "loss 1.80812 3 [0.1, 2] [0.1] { a: 'b' } null" });
});

test('a text that begins as an SVG is a picture', () => {
  expect(loggedOutput(['<svg></svg>']).kind).toBe('picture');
  expect(loggedOutput(['an <svg>']).kind).toBe('text');
});

test('a table has every column that a row has', () => {
  const table = tabulatedOutput([{ a: 1 }, { a: 2, b: 'x' }]);
  expect(table).toEqual({
    kind: 'table',
    columns: ['a', 'b'],
    rows: [
      ['1', ''],
      ['2', 'x'],
    ],
  });
});

test('what is printed cannot write HTML', () => {
  expect(outputHtml(loggedOutput(['<img src=x>']))).not.toContain('<img');
});
