import type { CsvNote, CsvSettings } from '../csv-options.ts';
import type { CsvLayout } from '../layout/csv-layout.ts';
import { refuseText } from '../problems/refuse-text.ts';
import { shown, shownColumns } from '../problems/shown.ts';
import { columnReferences } from './column-references.ts';
import type { ReadColumns } from './read-columns.ts';

/** A column of which more than this share is text holds text. */
const maxTexts = 0.1;

/** A column that lacks more than this share of its values is as good as empty. */
const maxMissing = { named: 0.9, unnamed: 0.5 };

/** Names that programs give to the column that counts the rows. */
const indexName = /^(Unnamed: \d+|row\.?names?)$/i;

/**
 * The columns to take of those that were read: unless they were asked for, not those that are empty, hold text, or count
 * the rows and have no name. Says which are left out. Throws `CSV_NO_NUMBERS` where none is left.
 */
export function keptColumns(
  layout: CsvLayout,
  read: ReadColumns,
  settings: CsvSettings,
  notes: CsvNote[],
): readonly number[] {
  const { names, isNamed, header } = layout;
  const { at, blocks, troubles, counting } = read;
  const name = (i: number): string => names[at[i] as number] as string;
  const all = at.map((_, i) => i);
  const numbersOf = (i: number): number => {
    const { missing = 0, texts = 0, infinite = 0 } = troubles.of(i) ?? {};
    return blocks.added - missing - texts - infinite;
  };
  const isEmpty = (i: number): boolean => {
    const missing = troubles.of(i)?.missing ?? 0;
    const most =
      isNamed[at[i] as number] && settings.takesAll ? 1 : maxMissing[isNamed[at[i] as number] ? 'named' : 'unnamed'];
    return missing === blocks.added || missing > most * blocks.added;
  };
  const isText = (i: number): boolean => {
    const texts = troubles.of(i)?.texts ?? 0;
    const numbers = numbersOf(i);
    return texts > 0 && (numbers === 0 || (texts > 1 && texts > maxTexts * (numbers + texts)));
  };
  const isIndex = (i: number): boolean =>
    counting.has(i) && (isNamed[at[i] as number] ? indexName.test(name(i)) : header !== null || at[i] === 0);

  const chosen = settings.columns !== null;
  const isAnyNumber = all.some((i) => numbersOf(i) > 0);
  if (blocks.added > 0 && !isAnyNumber && !all.every(isEmpty)) throw refuseText(layout, read, settings);
  const [empty, texts] = chosen ? [[], []] : [all.filter(isEmpty), all.filter(isText)];
  const out = new Set([...empty, ...texts]);
  const index = chosen ? [] : all.filter((i) => !out.has(i) && isIndex(i));
  // A column that counts the rows is better than none.
  if (out.size + index.length < all.length) for (const i of index) out.add(i);
  let kept = all.filter((i) => !out.has(i));
  if (kept.length === 0 && blocks.added > 0) throw refuseText(layout, read, settings);

  const leftOut = (code: CsvNote['code'], columns: readonly string[], why: string): void => {
    if (columns.length > 0) notes.push({ code, columns, text: `${shownColumns(columns)} ${why}` });
  };
  const are = (columns: readonly unknown[], one: string, several: string): string =>
    columns.length === 1 ? one : several;
  const textNames = [...read.texts.map((column) => names[column] as string), ...texts.map(name)];
  const example = exampleOf(layout, read, texts);
  leftOut(
    'TEXT_COLUMNS',
    textNames,
    `${are(textNames, 'holds', 'hold')} text (${example}) and ${are(textNames, 'is', 'are')} left out`,
  );
  const isAllEmpty = empty.every((i) => troubles.of(i)?.missing === blocks.added);
  leftOut(
    'EMPTY_COLUMNS',
    empty.map(name),
    `${are(empty, 'is', 'are')} ${isAllEmpty ? '' : 'nearly '}empty and left out`,
  );
  for (const i of index.filter((one) => out.has(one))) {
    const called = isNamed[at[i] as number] ? name(i) : `${(at[i] as number) + 1}, which has no name,`;
    const text = `column ${called} counts the rows from ${counting.get(i)} on and is left out; ask for it to keep it`;
    notes.push({ code: 'INDEX_COLUMN', text, columns: [name(i)] });
  }
  for (const i of kept.filter((one) => counting.has(one) && !settings.takesAll)) {
    const text = `column ${shown(name(i))} counts the rows from ${counting.get(i)} on, and is learned as any other`;
    const exclude = columnReferences([{ name: name(i), number: (at[i] as number) + 1 }]);
    notes.push({
      code: 'COUNTING_COLUMN',
      text,
      columns: [name(i)],
      ...(kept.length > 1 && { otherwise: { exclude } }),
    });
  }
  if (settings.missing === 'drop-columns') {
    const incomplete = kept.filter((i) => troubles.of(i) !== undefined);
    kept = kept.filter((i) => troubles.of(i) === undefined);
    if (kept.length === 0) throw refuseText(layout, read, settings);
    leftOut(
      'INCOMPLETE_COLUMNS',
      incomplete.map(name),
      `${are(incomplete, 'lacks', 'lack')} values and ${are(incomplete, 'is', 'are')} left out`,
    );
  }
  return kept;
}

/** A text that a column holds. */
function exampleOf({ sample }: CsvLayout, { texts, troubles }: ReadColumns, read: readonly number[]): string {
  const [column] = texts;
  const found =
    column === undefined ? undefined : sample.find(({ fields }) => (fields[column] ?? '') !== '')?.fields[column];
  return shown(found ?? troubles.of(read[0] ?? -1)?.first.text?.field ?? '');
}
