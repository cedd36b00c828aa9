const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const infinite = /^[+-]?inf(?:inity)?$/i;

/** The number that a field holds in plain or scientific notation, ±Infinity for `inf`; `null` for anything else. */
export function csvNumber(field: string): number | null {
  if (decimal.test(field)) return Number(field);
  if (infinite.test(field)) return field.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return null;
}

/** Whether a field looks like a number written with a decimal comma. */
export const hasDecimalComma = (field: string): boolean => /^[+-]?\d[\d.]*,\d+$/.test(field);
