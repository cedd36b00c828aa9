import { isNumberLike } from './csv-number.ts';

/**
 * What may divide fields, in this order: a line can hold commas inside the fields that tabs or semicolons divide, and
 * hardly the reverse. The blank stands for any number of blanks and tabs.
 */
const candidates = ['\t', ';', ',', '|', ' '] as const;

/** Stands for a field in quotes. */
const quoted = '\ufffc';

/** Lines that are looked at. */
const most = 60;

/** The fields of a line without quotes. */
export const fieldsOf = (line: string, delimiter: string): string[] =>
  (delimiter === ' ' ? line.trim().split(/[ \t]+/) : line.split(delimiter)).map((field) => field.trim());

/** How often the most frequent number comes, and which it is. */
export function mostFrequent(numbers: readonly number[]): { readonly value: number; readonly times: number } {
  const times = new Map<number, number>();
  let best = { value: 0, times: 0 };
  for (const value of numbers) {
    const now = (times.get(value) ?? 0) + 1;
    times.set(value, now);
    if (now > best.times) best = { value, times: now };
  }
  return best;
}

/** How good a table a delimiter makes: the share of lines of one width, and that of numbers in them. 0: it divides nothing. */
function fitness(lines: readonly string[], delimiter: string): number {
  const rows = lines.map((line) => fieldsOf(line, delimiter));
  const { value: width, times } = mostFrequent(rows.map((row) => row.length));
  if (width < 2) return 0;
  // What stands above the table, such as a title, tells nothing; but names do, above a row of numbers.
  const above = rows.findIndex((row) => row.length === width);
  const isAbove = above <= lines.length / 2 && rows[above]?.some((field) => !isNumberLike(field));
  const table = lines.length - (isAbove ? above : 0);
  // Names and units stand in the first half.
  const fields = rows
    .slice(Math.floor(rows.length / 2))
    .flatMap((row) => (row.length === width ? row.slice(0, 200) : []))
    .filter((field) => field !== '' && field !== quoted);
  const numbers = fields.filter((field) => isNumberLike(field)).length;
  return (times / table) * (1 + numbers / Math.max(1, fields.length));
}

/**
 * What divides the fields of these lines: that which gives most of them one number of fields, and makes most of these
 * numbers. A table of one column has none, and a comma is as good as any.
 *
 * @param further what else may divide them
 */
export function detectDelimiter(lines: readonly string[], further: string | undefined): string {
  const sample = lines
    .slice(0, most)
    .map((line) => line.replace(/"[^"]*"/g, quoted))
    .filter((line) => !/^ *$/.test(line));
  const all = further === undefined ? candidates : [further, ...candidates.filter((one) => one !== further)];
  let best = { delimiter: ',', fitness: 0 };
  for (const delimiter of all) {
    const found = fitness(sample, delimiter);
    if (found > best.fitness) best = { delimiter, fitness: found };
  }
  return best.delimiter;
}
