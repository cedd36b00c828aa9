/** How many characters {@link detectDelimiter} looks at. */
export const delimiterSample = 2 ** 16;

/** In this order: a line can hold commas inside the fields that tabs or semicolons divide, and hardly the reverse. */
const candidates = ['\t', ';', ','] as const;

/** The first lines of the text, without what stands in quotes; the last one only if the text ends there. */
function lines(text: string): string[] {
  const bare = text.replace(/"[^"]*"/g, '');
  const found = bare.split(/\r\n|\n|\r/);
  if (text.length >= delimiterSample && found.length > 1) found.pop();
  // A line of nothing but tabs may be one of quoted fields.
  return found.filter((line) => !/^ *$/.test(line)).slice(0, 50);
}

/**
 * What divides the fields: the first of tab, semicolon and comma that comes equally often, and at all, in each of the
 * first lines; failing that, the most frequent in the first line. A table of one column has none, and a comma is as good
 * as any.
 */
export function detectDelimiter(head: string): string {
  const sample = lines(head.slice(0, delimiterSample));
  const counts = candidates.map((candidate) => sample.map((line) => line.split(candidate).length - 1));
  const even = counts.findIndex((perLine) => (perLine[0] ?? 0) > 0 && perLine.every((count) => count === perLine[0]));
  if (even >= 0) return candidates[even] as string;
  const first = counts.map((perLine) => perLine[0] ?? 0);
  const most = Math.max(...first);
  return most > 0 ? (candidates[first.indexOf(most)] as string) : ',';
}
