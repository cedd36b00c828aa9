import { DiffeoError } from '@diffeo/core';
import type { CsvOptions } from '../csv-options.ts';
import { refusal } from '../problems/csv-refusal.ts';
import { shown, shownList } from '../problems/shown.ts';

/** A way to say which column is meant. */
type Reference = string | number;

/** Names of which none comes twice: of two columns `value` the second is `value.1`. A column without a name has its number. */
export function distinctNames(fields: readonly string[]): string[] {
  const taken = new Set(fields);
  const used = new Set<string>();
  const next = new Map<string, number>();
  return fields.map((field, i) => {
    const base = field === '' ? `${i + 1}` : field;
    let name = base;
    while (used.has(name) || (name !== field && taken.has(name))) {
      const number = next.get(base) ?? 1;
      next.set(base, number + 1);
      name = `${base}.${number}`;
    }
    used.add(name);
    return name;
  });
}

const place = /^:?(\d+)$/;
const range = /^:?(\d+)-:?(\d+)$/;

/** Whether a reference is a number, or a range of numbers, whatever the names are. */
export const isPlace = (reference: Reference): boolean =>
  typeof reference === 'number' || place.test(reference) || range.test(reference);

/** Finds columns by name and by number. */
export function columnFinder(
  names: readonly string[],
  source: string,
): (references: readonly Reference[], option: 'columns' | 'exclude', hasHeader: boolean) => number[] {
  const byName = new Map(names.map((name, i) => [name, i]));

  function placesOf(reference: Reference): readonly number[] | null {
    const named = typeof reference === 'string' ? byName.get(reference) : undefined;
    if (named !== undefined) return [named];
    const text = `${reference}`;
    const [, from, to] = range.exec(text) ?? [];
    const [, one] = place.exec(text) ?? [];
    const first = Number(from ?? one) - 1;
    const last = Number(to ?? one) - 1;
    if (!(first >= 0 && last < names.length && first <= last)) return null;
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  }

  return (references, option, hasHeader) => {
    const found = new Set<number>();
    const known: Reference[] = [];
    const unknown: Reference[] = [];
    let twice: string | null = null;
    for (const reference of references) {
      const places = placesOf(reference);
      const repeated = places?.find((at) => found.has(at));
      if (repeated !== undefined && option === 'columns') twice = names[repeated] as string;
      else (places ? known : unknown).push(reference);
      for (const at of places ?? []) found.add(at);
    }
    const advice: CsvOptions[] = known.length > 0 && option === 'columns' ? [{ columns: known }] : [];
    const hint = hasHeader ? '' : ' Its first row was read as data; it may hold names.';
    // A file of other names, or none, whose columns may be those that are meant.
    if (unknown.length === references.length && names.length === references.length && option === 'columns') {
      advice.push({ columns: [`:1-${names.length}`] });
    }
    if (unknown.length > 0) {
      const problem = `${source} has no column ${shownList(unknown.map(String))}. It has ${names.length}: ${shownList(names, 12)}.${hint}`;
      throw refusal('CSV_UNKNOWN_COLUMN', { problem, columns: unknown.map(String), advice });
    }
    if (twice !== null) {
      const problem = `${source}: column ${shown(twice)} is asked for twice.`;
      throw refusal('CSV_DUPLICATE_COLUMN', { problem, columns: [twice], advice });
    }
    if (option === 'columns' && found.size === 0) {
      throw new DiffeoError('CONFIG', `${source}: the list of columns to take is empty.`);
    }
    return [...found];
  };
}
