import { refusal } from '../problems/csv-refusal.ts';
import { shownList } from '../problems/shown.ts';

/** The columns of a file: their names, and whether they are the file's own or numbers. */
export interface FileColumns {
  /** What messages call the file. */
  readonly source: string;
  readonly names: readonly string[];
  readonly hasNames: boolean;
}

/**
 * Where the columns of a first file stand in another; `null` where they stand alike. Throws `CSV_HEADER` where a column is
 * not in both, but for those that are not `wanted`.
 */
export function placesOfColumns(
  first: FileColumns,
  other: FileColumns,
  wanted: readonly number[] | null,
): readonly number[] | null {
  const refuse = (problem: string) => refusal('CSV_HEADER', { problem, advice: [] });
  if (first.hasNames !== other.hasNames) {
    const [named, unnamed] = first.hasNames ? [first, other] : [other, first];
    throw refuse(`${unnamed.source} has no names of columns, and ${named.source} has: files of one table are alike.`);
  }
  const places = first.names.map((name) => other.names.indexOf(name));
  const needed = wanted ?? first.names.map((_, i) => i);
  const lacking = needed.filter((i) => places[i] === -1).map((i) => first.names[i] as string);
  if (lacking.length > 0) {
    throw refuse(`${other.source} has no column ${shownList(lacking, 5)}, which ${first.source} has.`);
  }
  const more = wanted ? [] : other.names.filter((name) => !first.names.includes(name));
  if (more.length > 0) {
    throw refuse(
      `${other.source} has the column ${shownList(more, 5)}, which ${first.source} has not. Say which columns to take.`,
    );
  }
  return other.names.length === places.length && places.every((place, i) => place === i) ? null : places;
}
