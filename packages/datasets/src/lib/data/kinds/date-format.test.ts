import { expect, test } from 'vitest';
import { dateFormat, dateText } from './date-format.ts';

const seconds = (text: string): number => Date.parse(text) / 1000;

test.each([
  ['2024-02-29', '2024-02-29'],
  ['2010/1/5', '2010-01-05'],
  ['1912-04-14 23:40', '1912-04-14T23:40Z'],
  ['2016-01-01T02:03:04.5Z', '2016-01-01T02:03:04.5Z'],
  ['2016-01-01T00:30:00+05:30', '2015-12-31T19:00:00Z'],
  ['31.12.1999', '1999-12-31'],
  ['12/31/99', '1999-12-31'],
  ['31/12/2001', '2001-12-31'],
  ['1/2/2003 1:05 PM', '2003-01-02T13:05Z'],
  ['Jan 1 2000', '2000-01-01'],
  ['March 3, 1987', '1987-03-03'],
  ['Fri, 5 Sep 1997', '1997-09-05'],
  ['12-Feb-98', '1998-02-12'],
  ['2003-11', '2003-11-01'],
  ['Aug 1969', '1969-08-01'],
])('%s is %s', (text, expected) => {
  expect(dateFormat([text])?.parse(text)).toBe(seconds(expected));
});

test('what is not a date is none', () => {
  for (const text of ['2023-02-29', '13/13/2000', '2001-13-01', '1.5', '12', 'May', 'Jan 0 2000', '25:61', '1-2', '']) {
    expect(dateFormat([text]), text).toBeNull();
  }
  expect(dateFormat([])).toBeNull();
  expect(dateFormat(['2001-01-01', 'soon'])).toBeNull();
});

test('all dates of a column say which part is the month', () => {
  expect(dateFormat(['1/2/2000', '13/2/2000'])).toMatchObject({ name: 'day/month/year', isGuess: false });
  expect(dateFormat(['1/2/2000', '2/13/2000'])).toMatchObject({ name: 'month/day/year', isGuess: false });
  expect(dateFormat(['1/2/2000', '2/3/2000'])).toMatchObject({ name: 'month/day/year', isGuess: true });
  // The firsts of months.
  expect(dateFormat(['1/2/2000', '1/3/2000'])).toMatchObject({ name: 'day/month/year', isGuess: true });
  expect(dateFormat(['2/1/2000', '3/1/2000'])).toMatchObject({ name: 'month/day/year', isGuess: true });
});

test('dates are written as they are read', () => {
  for (const text of ['2024-02-29', '0099-01-01', '2016-01-01T02:03:04Z']) {
    expect(dateText(dateFormat([text])?.parse(text) ?? 0)).toBe(text);
  }
});
