import { columnReferences } from '../columns/column-references.ts';
import type { ColumnTrouble, FoundField } from '../columns/column-trouble.ts';
import { maxTokens } from '../columns/column-trouble.ts';
import type { ReadColumns } from '../columns/read-columns.ts';
import { countComplete, gapsOf, rowsToDrop } from '../columns/rows-to-drop.ts';
import type { CsvNote, CsvOptions, CsvSettings } from '../csv-options.ts';
import type { CsvLayout } from '../layout/csv-layout.ts';
import { refusal } from './csv-refusal.ts';
import { shown, shownColumns, shownList } from './shown.ts';

type Kind = 'text' | 'infinite' | 'missing';

/** Texts that are few, short and can be listed may be ways to say that a value is missing. */
const areTokens = ({ tokens, texts }: ColumnTrouble, count: number): boolean =>
  tokens.size <= maxTokens &&
  texts <= 0.2 * count &&
  [...tokens].every((token) => token.length <= 20 && !/[,\n\r]/.test(token));

/** Rows of another width are left out where they are at most this share of all. */
const maxRagged = 0.05;

/** What is wrong with a field, and what was expected. */
const wrong: Readonly<Record<Kind, (field: string) => string>> = {
  text: (field) => `expected a number, got ${shown(field)}`,
  infinite: (field) => `${shown(field)} is infinite in float32, which ends at 3.4e38`,
  missing: (field) => `the value is missing${field === '' ? '' : ` (${shown(field)})`}`,
};

/** Says which texts and infinite numbers are taken for missing values. */
function asMissing(
  kept: readonly number[],
  { troubles }: ReadColumns,
  name: (i: number) => string,
): readonly CsvNote[] {
  const found = kept.filter((i) => (troubles.of(i)?.texts ?? 0) + (troubles.of(i)?.infinite ?? 0) > 0);
  if (found.length === 0) return [];
  const fields = found.flatMap((i) => {
    const { tokens, first } = troubles.of(i) as ColumnTrouble;
    return [...tokens, ...(first.infinite ? [first.infinite.field] : [])];
  });
  const rows = Math.max(...found.map((i) => (troubles.of(i)?.texts ?? 0) + (troubles.of(i)?.infinite ?? 0)));
  const columns = found.map(name);
  const times = `${rows} ${rows === 1 ? 'row' : 'rows'}${found.length > 1 ? ' at most' : ''}`;
  const text = `what does not belong into ${shownColumns(columns)} (${shownList([...new Set(fields)], 3)}, in ${times}) is taken as missing`;
  return [{ code: 'TEXT_AS_MISSING', text, columns }];
}

/** Throws, naming all of it, where columns hold what is not a number, or rows have another number of fields. */
export function requireRegular(
  layout: CsvLayout,
  read: ReadColumns,
  kept: readonly number[],
  settings: CsvSettings,
  notes: CsvNote[],
): void {
  const { names, width, header } = layout;
  const { at, blocks, troubles, ragged } = read;
  const { source, missing } = settings;
  const name = (i: number): string => names[at[i] as number] as string;
  const having = (kind: Kind): number[] => kept.filter((i) => troubles.of(i)?.first[kind] !== undefined);
  const isDropped = missing === 'drop';
  const found: { code: string; problem: string; line: number; columns: readonly string[] }[] = [];

  const report = (kind: Kind, code: string): void => {
    const columns = having(kind);
    const [first] = columns.toSorted((a, b) => lineOf(troubles.of(a), kind) - lineOf(troubles.of(b), kind));
    if (first === undefined) return;
    const trouble = troubles.of(first) as ColumnTrouble;
    const { field, line } = trouble.first[kind] as FoundField;
    const times = trouble[kind === 'text' ? 'texts' : kind];
    const others = columns.filter((i) => i !== first).map(name);
    const also = `${times > 1 ? `, and so in ${times} of ${blocks.added} rows` : ''}${others.length > 0 ? `; the like in ${shownColumns(others)}` : ''}`;
    const problem = `line ${line}, column ${shown(name(first))}: ${wrong[kind](field)}${also}`;
    found.push({ code, problem, line, columns: columns.map(name) });
  };
  const isKept = missing === 'keep';
  if (isKept) notes.push(...asMissing(kept, read, name));
  else report('text', 'CSV_TEXT');
  const isSeldom = isKept && ragged.count <= maxRagged * blocks.added;
  if (ragged.first && !isDropped && !isSeldom) {
    const { line, width: got } = ragged.first;
    const fields = got === 1 ? '1 field' : `${got} fields`;
    const more = ragged.count > 1 ? `, and ${ragged.count - 1} more are like it` : '';
    const problem = `line ${line}: this row has ${fields} and the ${header ? 'header' : 'first row'} has ${width}${more}`;
    found.push({ code: 'CSV_RAGGED', problem, line, columns: [] });
  }
  if (!isDropped && !isKept) {
    report('infinite', 'CSV_NOT_FINITE');
    report('missing', 'CSV_MISSING');
  }
  const count = blocks.added;
  if (found.length === 0 && (isKept || countComplete(read, kept) > 0)) return;
  if (found.length === 0) {
    const problem = `${source} has no rows to learn from: a value is missing in each of its ${count + ragged.count} rows.`;
    throw refusal('CSV_EMPTY', { problem, advice: adviceFor(layout, read, kept) });
  }
  const [first] = found as [(typeof found)[number]];
  const rest = found.slice(1).map(({ problem }) => ` Also ${problem}.`);
  throw refusal(first.code, {
    problem: `${source}, ${first.problem}.${rest.join('')}`,
    line: first.line,
    columns: [...new Set(found.flatMap(({ columns }) => columns))],
    advice: adviceFor(layout, read, kept),
  });
}

const lineOf = (trouble: ColumnTrouble | undefined, kind: Kind): number => trouble?.first[kind]?.line ?? 0;

/** Options under which the file is read: leaving out rows, leaving out columns. */
function adviceFor({ names }: CsvLayout, read: ReadColumns, kept: readonly number[]): readonly CsvOptions[] {
  const { at, blocks, troubles, ragged } = read;
  const withTexts = kept.filter((i) => (troubles.of(i)?.texts ?? 0) > 0);
  const isToken = (i: number): boolean => areTokens(troubles.of(i) as ColumnTrouble, blocks.added);
  const tokens = withTexts.filter(isToken).flatMap((i) => [...(troubles.of(i) as ColumnTrouble).tokens]);
  const asTokens = new Set(tokens).size <= maxTokens;
  const unread = new Set(withTexts.filter((i) => !(asTokens && isToken(i))));
  const plan = rowsToDrop(
    gapsOf(read),
    kept.filter((i) => !unread.has(i)),
  );
  const out = [...unread, ...plan.exclude].toSorted((a, b) => a - b);
  const excluding = (columns: readonly number[]): Partial<CsvOptions> =>
    columns.length > 0
      ? {
          exclude: columnReferences(
            columns.map((i) => ({ name: names[at[i] as number] as string, number: (at[i] as number) + 1 })),
          ),
        }
      : {};
  const advice: CsvOptions[] = [];
  if (out.length < kept.length) {
    const usedTokens = asTokens ? [...new Set(tokens)] : [];
    advice.push({
      ...(plan.complete < blocks.added || ragged.count > 0 ? { missing: 'drop' } : {}),
      ...(usedTokens.length > 0 && { missingValues: usedTokens }),
      ...excluding(out),
    });
  }
  const troubled = kept.filter((i) => troubles.of(i) !== undefined);
  if (ragged.count === 0 && troubled.length < kept.length && troubled.length > 0) {
    if (troubled.length <= 10) advice.push(excluding(troubled));
    else advice.push({ missing: 'drop-columns' });
  }
  const texts = advice.map((one) => JSON.stringify(one));
  return advice.filter((one, i) => Object.keys(one).length > 0 && texts.indexOf(JSON.stringify(one)) === i);
}
