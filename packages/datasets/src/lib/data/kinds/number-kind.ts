import type { Atom, Column } from '../column.ts';
import type { ColumnFacts } from './column-facts.ts';

/** What is found out of a column. */
export type FoundKind = Pick<Column, 'kind'> &
  Partial<Pick<Column, 'reason' | 'step' | 'range' | 'atoms' | 'missing' | 'categories'>>;

/** Names of columns that tell rows apart. */
const identifierName =
  /(^|[\s_.-])(id|uuid|guid|key|serial|rownames?|row[ _.-]?(number|id)|index|idx|no|nr|number|num)$|^(unnamed: \d+|x\.?1|rownames?)$/i;
const camelIdentifier = /[a-z](Id|ID|Key|Number|Index)$/;

/** Names of columns whose whole numbers are labels even where they come again. */
const rowLabel = /(^|[\s_.-])(id|subj(ect)?)$/i;
const camelLabel = /[a-z]I[dD]$/;

/** Names of columns whose whole numbers are names of something. */
const codeName = /(^|[\s_.-])(zip|zip[ _.-]?code|post(al)?[ _.-]?code|fips|area[ _.-]?code|phone|code)$/i;

/** More different codes than this are none that a model could learn. */
const maxCategories = 1000;

/** Fewer rows are all different by chance. */
const fewestDistinct = 20;

export const isIdentifierName = (name: string): boolean => identifierName.test(name) || camelIdentifier.test(name);

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
const number = (value: number): string => `${Number(value.toPrecision(6))}`;

/** Numbers that come so much oftener than others that they are not accident, most frequent first. */
function atomsOf({ times, counted, distinct }: ColumnFacts): readonly Atom[] {
  const usual = Math.max(1, counted / Math.min(distinct, counted));
  return [...times]
    .filter(([, count]) => count > 10 * usual && count >= 0.03 * counted && count >= 8)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 8)
    .map(([value, count]): Atom => ({ value, share: count / counted }));
}

/** The different numbers as categories, in their order. */
const categoriesOf = ({ times }: ColumnFacts): readonly string[] => [...times.keys()].sort((a, b) => a - b).map(String);

/** The kind of a column of numbers. */
export function numberKind(name: string, facts: ColumnFacts): FoundKind {
  const { count, missing, least, greatest, decimals, step, distinct, counted, zeros } = facts;
  const found = (kind: Column['kind'], reason: string, more: Partial<FoundKind> = {}): FoundKind => ({
    kind,
    reason,
    ...(count > 0 && { range: [least, greatest] as const }),
    ...more,
    ...(missing > 0 && { missing }),
  });
  if (count === 0) return found('constant', 'it is empty');
  if (least === greatest) return found('constant', `it is always ${number(least)}`);
  const isWhole = decimals === 0;
  const range = `${number(least)} to ${number(greatest)}`;
  if (distinct === 2 && least === 0 && greatest === 1)
    return found('boolean', 'it is 0 or 1', { categories: ['0', '1'] });
  if (distinct === 2 && Math.abs(greatest) < 100) {
    return found('category', `it is ${number(least)} or ${number(greatest)}`, { categories: categoriesOf(facts) });
  }
  if (isWhole && codeName.test(name)) {
    const kind = distinct <= maxCategories && distinct < 0.5 * counted ? 'category' : 'identifier';
    const categories = kind === 'category' && { categories: categoriesOf(facts) };
    return found(kind, 'its name says that its numbers are codes', { ...categories });
  }
  if (isWhole && distinct >= counted && counted >= fewestDistinct && isIdentifierName(name)) {
    return found('identifier', 'its name says so, and no number comes twice');
  }
  if (isWhole && (rowLabel.test(name) || camelLabel.test(name))) return found('identifier', 'its name says so');
  const atoms = distinct > 20 ? atomsOf(facts) : [];
  const atZero = atoms.find(({ value }) => value === 0);
  const beside = Math.max(0, ...[...facts.times].flatMap(([value, times]) => (value === 0 ? [] : [times])));
  const isInflated = zeros >= 0.05 * count && (facts.times.get(0) ?? 0) > (isWhole ? 3 : 5) * beside;
  const stepped = step !== null && decimals >= 0 && { step };
  if (isInflated && distinct > 2 && zeros >= (isWhole ? 0.3 : 0.05) * count) {
    const others = atoms.length > 0 ? atoms : [{ value: 0, share: zeros / count }];
    return found('zero-inflated', `${percent(zeros / count)} of it is 0`, { atoms: others, ...stepped });
  }
  const isRounded = stepped && distinct < 0.7 * counted && (greatest - least) / (step ?? 1) < 1e5;
  if (atoms.length > 0 && (!isWhole || distinct > 50)) {
    const [{ value, share }] = atoms as [Atom];
    const reason = `${percent(share)} of it is ${number(value)}${atoms.length > 1 ? `, and ${atoms.length - 1} more numbers come often` : ''}`;
    return found('tied', reason, { atoms, ...((isWhole || isRounded) && stepped) });
  }
  if (isWhole) return found('integer', `whole numbers from ${range}`, { step: step ?? 1 });
  if (isRounded) return found('rounded', `multiples of ${number(step ?? 1)} from ${range}`, { step: step ?? 1 });
  if (least >= 0 && greatest <= 1 && greatest > 0.5) return found('bounded', `within 0 and 1: ${range}`);
  if (least > 0) return found('positive', `above 0: ${range}`);
  return found('real', range, atZero ? { atoms } : {});
}
