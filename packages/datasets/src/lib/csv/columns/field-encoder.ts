import type { Column } from '../../data/column.ts';
import type { DateFormat } from '../../data/kinds/date-format.ts';
import { maxCategories, textKind } from '../../data/kinds/text-kind.ts';

/** Longer texts are not categories. */
const longestCategory = 200;

/** Turns the fields of a column that are not numbers into numbers. */
export interface FieldEncoder {
  readonly kind: 'date' | 'text';
  /** The number that stands for a field; NaN for what cannot be understood. */
  encode(field: string): number;
  /** What the column is, once all is read; `codes` are the numbers of its categories by those that `encode` gave. */
  column(
    name: string,
    missing: number,
  ): { readonly found: ReturnType<typeof textKind>; readonly codes: readonly number[] | null };
}

/** For dates and times: seconds since 1970. */
export const dateEncoder = ({ name: written, parse }: DateFormat): FieldEncoder => ({
  kind: 'date',
  encode: parse,
  column: (_, missing) => ({
    found: { kind: 'date', reason: `written as ${written}`, ...(missing > 0 && { missing }) },
    codes: null,
  }),
});

/**
 * For texts: a number for each different one, as long as there are not too many. Of known categories only those are taken; where
 * they are numbers, in any way of writing them. With `codesUnseen`, all other texts have one number, that after the last category's.
 */
export function textEncoder(known?: readonly string[], codesUnseen = false): FieldEncoder {
  const codes = new Map<string, number>(known?.map((text, i) => [text, i]));
  const times: number[] = [...codes].map(() => 0);
  let isMore = false;
  let count = 0;
  return {
    kind: 'text',
    encode(field) {
      const code = codes.get(field) ?? (known && codes.get(`${Number(field)}`));
      if (code !== undefined) {
        count++;
        times[code] = (times[code] as number) + 1;
        return code;
      }
      if (known) return codesUnseen ? known.length : Number.NaN;
      count++;
      if (codes.size >= maxCategories || field.length > longestCategory) {
        isMore = true;
        return 0;
      }
      codes.set(field, codes.size);
      times.push(1);
      return codes.size - 1;
    },
    column(name, missing) {
      const texts = [...codes.keys()];
      const more = missing > 0 && { missing };
      if (known)
        return { found: { kind: 'category', categories: known, ...more }, codes: [...known.keys(), known.length] };
      const found = textKind(name, { texts, times, isMore, count, missing });
      const places = found.categories && new Map(found.categories.map((text, i) => [text, i]));
      return { found, codes: places ? texts.map((text) => places.get(text) as number) : null };
    },
  };
}

/** What is said of a column makes it one of texts or of dates. */
export const isEncodedKind = (kind: Column['kind'] | undefined): boolean =>
  kind === 'category' || kind === 'boolean' || kind === 'text' || kind === 'identifier';
