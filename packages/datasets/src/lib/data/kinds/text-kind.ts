import type { Column } from '../column.ts';
import { type FoundKind, isIdentifierName } from './number-kind.ts';

/** More different texts than this are not categories. */
export const maxCategories = 1000;

/** Texts that are yes and no, no first. */
const yesAndNo: readonly (readonly [no: string, yes: string])[] = [
  ['false', 'true'],
  ['no', 'yes'],
  ['n', 'y'],
  ['f', 't'],
  ['off', 'on'],
  ['0', '1'],
];

/** The different texts of a column, and how often each comes. */
export interface CountedTexts {
  /** In the order in which they came. */
  readonly texts: readonly string[];
  readonly times: readonly number[];
  /** Whether there are more than are counted. */
  readonly isMore: boolean;
  readonly count: number;
  readonly missing: number;
}

/** The kind of a column of texts, with its categories in the order of the alphabet, or no before yes. */
export function textKind(
  name: string,
  { texts, times, isMore, count, missing }: CountedTexts,
): FoundKind & Partial<Pick<Column, 'categories'>> {
  const found = (kind: Column['kind'], reason: string, categories?: readonly string[]) => ({
    kind,
    reason,
    ...(categories && { categories }),
    ...(missing > 0 && { missing }),
  });
  const [first = ''] = texts;
  const all = isMore ? `more than ${maxCategories} different texts, or long ones` : `${texts.length} different texts`;
  if (count === 0) return found('constant', 'it is empty');
  if (texts.length === 1 && !isMore) return found('constant', `it is always '${first.slice(0, 40)}'`, texts);
  const lower = texts.map((text) => text.toLowerCase());
  const words = texts.length === 2 && yesAndNo.find((pair) => pair.every((word) => lower.includes(word)));
  if (words)
    return found(
      'boolean',
      `it is ${texts.join(' or ')}`,
      words.map((word) => texts[lower.indexOf(word)] as string),
    );
  const isEachOnce = times.every((one) => one === 1);
  if (isEachOnce && count > 2) return found('identifier', isMore ? all : `${all}, none twice`);
  if (isIdentifierName(name) && texts.length > 0.5 * count) return found('identifier', 'its name says so');
  if (isMore || texts.length > 0.6 * count) return found('text', `${all} in ${count} rows`);
  return found(
    'category',
    all,
    texts.toSorted((a, b) => (a < b ? -1 : 1)),
  );
}
