import { isPlace } from './csv-columns.ts';

/** A column as messages and options say it. */
export interface NamedColumn {
  readonly name: string;
  /** Where it stands in the file, from 1. */
  readonly number: number;
}

/** More columns than these are said by their numbers, which make ranges. */
const maxNames = 10;

const isPlain = (name: string): boolean =>
  !isPlace(name) && !/[,\t\n\r"'\\]/.test(name) && name === name.trim() && name.length <= 40;

/** How columns are said in the reader's options so that they are found again: by number where a name would not do. */
export function columnReferences(columns: readonly NamedColumn[]): (string | number)[] {
  if (columns.length <= maxNames) return columns.map(({ name, number }) => (isPlain(name) ? name : number));
  const ranges: [number, number][] = [];
  for (const { number } of columns) {
    const last = ranges.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? first : `:${first}-${last}`));
}
