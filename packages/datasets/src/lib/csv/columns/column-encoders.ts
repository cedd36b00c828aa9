import { compactDays, dateFormat } from '../../data/kinds/date-format.ts';
import type { CsvNote, CsvSettings } from '../csv-options.ts';
import { isNumeric } from '../layout/csv-header.ts';
import type { CsvLayout } from '../layout/csv-layout.ts';
import { shown } from '../problems/shown.ts';
import { dateEncoder, type FieldEncoder, isEncodedKind, textEncoder } from './field-encoder.ts';

const dateName = /date|day|time|(^|[\s_])ymd/i;

/** Whether texts are digits with zeros before them, all of one length: codes that are not numbers. */
const areCodes = (texts: readonly string[]): boolean =>
  texts.some((text) => /^0\d/.test(text)) &&
  texts.every((text) => /^\d+$/.test(text) && text.length === texts[0]?.length);

/**
 * What turns the fields of each column into numbers; `null` where they are numbers. Found out from the first rows, unless it
 * was said or is known from another file.
 */
export function columnEncoders(
  { names, sample, columns }: CsvLayout,
  at: readonly number[],
  { kinds, known, codesUnseen, isMissing }: CsvSettings,
  notes: CsvNote[],
): readonly (FieldEncoder | null)[] {
  return at.map((place) => {
    const name = names[place] as string;
    const said = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    const before = said === undefined ? known.get(name) : undefined;
    const texts = (): string[] =>
      sample.map(({ fields }) => `${fields[place] ?? ''}`).filter((field) => !isMissing(field));
    if (before?.categories) return textEncoder(before.categories, codesUnseen);
    if (isEncodedKind(said)) return textEncoder();
    const sampled = columns[place];
    const isNumbers = sampled === undefined || isNumeric(sampled) || sampled.texts === 0;
    const isDate = said === 'date' || before?.kind === 'date';
    if (before && !isDate) return null;
    if (isNumbers) {
      if (said !== undefined && !isDate) return null;
      const found = sampled && sampled.numbers > 0 ? texts() : [];
      if (found.length === 0) return null;
      if ((isDate || dateName.test(name)) && found.every((text) => !Number.isNaN(compactDays.parse(text)))) {
        return dateEncoder(compactDays);
      }
      return !isDate && areCodes(found) ? textEncoder() : null;
    }
    if (said !== undefined && !isDate) return null;
    const format = dateFormat(texts());
    if (format?.isGuess) {
      const text = `the dates of column ${shown(name)} are read as ${format.name}, which they do not tell`;
      notes.push({ code: 'DATE', text, columns: [name] });
    }
    return format ? dateEncoder(format) : isDate ? null : textEncoder();
  });
}
