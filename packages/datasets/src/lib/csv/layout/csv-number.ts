/** What stands before the decimals of a number. */
export type DecimalMark = '.' | ',';

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const whole = /^[+-]?\d+(?:[eE][+-]?\d+)?$/;
const infinite = /^[+-]?inf(?:inity)?$/i;

/** Powers of ten that float64 holds exactly, as far as they are needed. */
const powers = Array.from({ length: 16 }, (_, i) => 10 ** i);

const [zero, nine, dot, minus] = [0x30, 0x39, 0x2e, 0x2d];

/**
 * The number of a field of digits, a dot or none, and a minus or none: most fields. NaN for any other, and for more than 15 digits. Digits and power of ten are
 * exact in float64, so their quotient is rounded once, as `Number` rounds: Clinger (1990), several times as fast.
 */
function plainNumber(field: string): number {
  const { length } = field;
  if (length > 17) return Number.NaN;
  const begin = field.charCodeAt(0) === minus ? 1 : 0;
  let [digits, count, decimals] = [0, 0, -1];
  for (let at = begin; at < length; at++) {
    const code = field.charCodeAt(at);
    if (code >= zero && code <= nine) {
      digits = 10 * digits + (code - zero);
      count++;
    } else if (code === dot && decimals < 0) decimals = count;
    else return Number.NaN;
  }
  if (count === 0 || count > 15) return Number.NaN;
  const value = decimals < 0 ? digits : digits / (powers[count - decimals] as number);
  return begin === 1 ? -value : value;
}

/** The number that a field holds in plain or scientific notation, ±Infinity for `inf`; `null` for anything else. */
export function csvNumber(field: string): number | null {
  const plain = plainNumber(field);
  if (!Number.isNaN(plain)) return plain;
  if (decimal.test(field)) return Number(field);
  if (infinite.test(field)) return field.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return null;
}

/** What stands in a field beside the digits of a plain number: bits. */
export const numberMarks = { comma: 1, thousands: 2, currency: 4, percent: 8, brackets: 16, minus: 32 } as const;

/** No number that people write is longer. */
const maxLength = 64;
const currency = /^([+-]?)[$€£¥₹₽₩₺]\s*|\s*[$€£¥₹₽₩₺]$/;
const groups = "[.,'’ \u00a0\u202f\u2009]";
const grouped: Readonly<Record<DecimalMark, RegExp>> = {
  '.': new RegExp(`^[+-]?\\d{1,3}(?=${groups})(?:([^.\\d])\\d{3})(?:\\1\\d{3})*(?:\\.\\d*)?$`),
  ',': new RegExp(`^[+-]?\\d{1,3}(?=${groups})(?:([^,\\d])\\d{3})(?:\\1\\d{3})*(?:,\\d*)?$`),
};
const withComma = /^[+-]?(?:\d+,\d+|,\d+)(?:[eE][+-]?\d+)?$/;

/** A field without currency, percent sign and brackets: digits with their marks. `null` where it is not a number. */
function bare(field: string): { readonly text: string; readonly marks: number } | null {
  if (field.length > maxLength || !/\d/.test(field)) return null;
  let marks = 0;
  let text = field;
  const bracketed = /^\((.*)\)$/.exec(text);
  if (bracketed) {
    text = `-${bracketed[1] as string}`;
    marks |= numberMarks.brackets;
  }
  if (text.includes('\u2212')) {
    text = text.replace('\u2212', '-');
    marks |= numberMarks.minus;
  }
  if (currency.test(text)) {
    text = text.replace(currency, (_, sign) => sign ?? '');
    marks |= numberMarks.currency;
  }
  if (text.endsWith('%')) {
    text = text.slice(0, -1).trimEnd();
    marks |= numberMarks.percent;
  }
  return { text, marks };
}

/** The number that a field holds with a decimal comma, marks between thousands, a currency, a percent sign, or in brackets. */
export function markedNumber(
  field: string,
  mark: DecimalMark,
): { readonly value: number; readonly marks: number } | null {
  const found = bare(field);
  if (!found) return null;
  const { text, marks } = found;
  if ((mark === '.' ? decimal : whole).test(text)) return { value: Number(text), marks };
  if (mark === ',' && withComma.test(text)) {
    return { value: Number(text.replace(',', '.')), marks: marks | numberMarks.comma };
  }
  if (!grouped[mark].test(text)) return null;
  const digits = text.replace(mark === '.' ? /[^\d.+-]/g : /[^\d,+-]/g, '');
  const comma = mark === ',' && digits.includes(',') ? numberMarks.comma : 0;
  return { value: Number(digits.replace(',', '.')), marks: marks | numberMarks.thousands | comma };
}

/** Whether a field is a number in some way of writing numbers. */
export const isNumberLike = (field: string): boolean =>
  csvNumber(field) !== null || markedNumber(field, '.') !== null || markedNumber(field, ',') !== null;

/**
 * What a field tells of the mark before decimals: `comma` or `dot` where it can be only that one, `either` where a comma
 * may stand before decimals or between thousands, `null` where it tells nothing.
 */
export function decimalEvidence(field: string): 'comma' | 'dot' | 'either' | null {
  const text = bare(field)?.text;
  if (text === undefined || !/[.,]/.test(text)) return null;
  if (decimal.test(text)) return /^[+-]?[1-9]\d{0,2}\.\d{3}$/.test(text) ? null : 'dot';
  if (withComma.test(text)) return /^[+-]?[1-9]\d{0,2},\d{3}$/.test(text) ? 'either' : 'comma';
  if (grouped['.'].test(text)) return 'dot';
  return grouped[','].test(text) ? 'comma' : null;
}
