import { isNumberLike } from './csv-number.ts';

const totals =
  /^(grand[ -]?totals?|sub-?totals?|totals?|sum|mean|average|avg\.?|median|min\.?|max\.?|std\.?( ?dev\.?)?|count|summe|gesamt|insgesamt|total general|totale)\b:?/i;

/**
 * Whether a record at the end belongs to the table no more: a row of totals, a text above numbers alone, or a line of text
 * with too few fields.
 */
export function isFooter(
  fields: readonly string[],
  {
    width,
    isMissing,
    isNumbers,
  }: {
    readonly width: number;
    isMissing(field: string): boolean;
    /** Whether a column holds numbers alone. */
    isNumbers(column: number): boolean;
  },
): boolean {
  const first = fields.findIndex((field) => !isMissing(field));
  const label = fields[first];
  if (label === undefined || isNumberLike(label)) return false;
  if (fields.length < width) return !isNumberLike(label) && fields.filter((field) => isNumberLike(field)).length < 2;
  return fields.length === width && ((first === 0 && totals.test(label)) || isNumbers(first));
}
