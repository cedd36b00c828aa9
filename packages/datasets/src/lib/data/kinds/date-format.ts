/** A way of writing dates and times: seconds since 1970 in UTC, NaN for what is not written so. */
export interface DateFormat {
  /** Such as `year-month-day`. */
  readonly name: string;
  /** Whether day and month could be read the other way round as well. */
  readonly isGuess: boolean;
  parse(text: string): number;
}

const clock = String.raw`(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2}(?:[.,]\d+)?))?\s*([AaPp][Mm])?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?`;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthName = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`;

/** Two digits are the years 1970 to 2069. */
const yearOf = (text: string): number =>
  text.length > 2 ? Number(text) : Number(text) + (Number(text) < 70 ? 2000 : 1900);

/** Seconds of a day that there is. */
function daySeconds(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return Number.NaN;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCDate() === day ? date.getTime() / 1000 : Number.NaN;
}

/** Seconds since midnight, less those that the time zone is ahead. */
function clockSeconds([hours, minutes, seconds = '0', half, zone]: readonly (string | undefined)[]): number {
  if (hours === undefined) return 0;
  let hour = Number(hours);
  if (half !== undefined) hour = (hour % 12) + (/p/i.test(half) ? 12 : 0);
  const [minute, second] = [Number(minutes), Number(seconds.replace(',', '.'))];
  if (hour > 24 || minute > 59 || second >= 61) return Number.NaN;
  const [, sign = '+', zoneHours = '0', zoneMinutes = '0'] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '') ?? [];
  const ahead = Number(`${sign}1`) * (3600 * Number(zoneHours) + 60 * Number(zoneMinutes));
  return 3600 * hour + 60 * minute + second - ahead;
}

type Order = readonly [year: number, month: number, day: number];

function format(name: string, pattern: string, [year, month, day]: Order, isGuess = false): DateFormat {
  const expression = new RegExp(`^${pattern}$`, 'i');
  return {
    name,
    isGuess,
    parse(text) {
      const found = text.length <= 64 ? expression.exec(text) : null;
      if (!found) return Number.NaN;
      const written = found[month] ?? '1';
      const number = /^\d/.test(written) ? Number(written) : months.indexOf(written.slice(0, 3).toLowerCase()) + 1;
      const days = daySeconds(yearOf(found[year] ?? ''), number, day === 0 ? 1 : Number(found[day]));
      return days + clockSeconds(found.slice(4, 9));
    },
  };
}

const slashed = String.raw`(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})${clock}`;

/** In the order in which they are tried. */
const formats: readonly DateFormat[] = [
  format('year-month-day', String.raw`(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})${clock}`, [1, 2, 3]),
  format('day.month.year', String.raw`(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})${clock}`, [3, 2, 1]),
  format('month/day/year', slashed, [3, 1, 2]),
  format('day/month/year', slashed, [3, 2, 1]),
  format(
    'month day year',
    String.raw`(?:[a-z]{3,9}[,.]? +)?(${monthName})\.?[ -](\d{1,2})(?:st|nd|rd|th)?[ ,-]+(\d{4})${clock}`,
    [3, 1, 2],
  ),
  format(
    'day month year',
    String.raw`(?:[a-z]{3,9}[,.]? +)?(\d{1,2})(?:st|nd|rd|th)?[. -]+(${monthName})[., -]+(\d{4}|\d{2})${clock}`,
    [3, 2, 1],
  ),
  format('month year', String.raw`(${monthName})\.?[ ,/-]+(\d{4})`, [2, 1, 0]),
  format('year-month', String.raw`(\d{4})[-/](0[1-9]|1[0-2])`, [1, 2, 0]),
  { name: 'hours:minutes', isGuess: false, parse: (text) => timeOfDay(text) },
];

const timePattern = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:[.,]\d+)?))?(?:\s*([ap]m))?$/i;

function timeOfDay(text: string): number {
  const found = timePattern.exec(text);
  return found ? clockSeconds(found.slice(1)) : Number.NaN;
}

/** Days as the numbers 20240131, which only a column's name tells from others. */
export const compactDays: DateFormat = {
  name: 'yearmonthday',
  isGuess: true,
  parse: (text) =>
    /^(1[89]|20|21)\d{6}$/.test(text)
      ? daySeconds(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6)))
      : Number.NaN,
};

/** How all of these texts are written, if they are dates. */
export function dateFormat(texts: readonly string[]): DateFormat | null {
  if (texts.length === 0) return null;
  const isAll = ({ parse }: DateFormat): boolean => texts.every((text) => !Number.isNaN(parse(text)));
  const found = formats.find(isAll);
  if (found?.name !== 'month/day/year') return found ?? null;
  const other = formats.find(({ name }) => name === 'day/month/year') as DateFormat;
  if (!isAll(other)) return found;
  // Of firsts of months, the part that is always 1 is the day.
  const parts = texts.map((text) => text.split(/[/-]/));
  const isFirst = (at: number): boolean => parts.every((part) => Number(part[at]) === 1);
  return { ...(texts.length > 1 && isFirst(0) && !isFirst(1) ? other : found), isGuess: true };
}

const day = 86_400;

/** Seconds of the last day that `Date` knows. */
const maxSeconds = 8.64e12;

/** The text of a date: a day where it has no time, and the seconds of what is farther off than calendars reach. */
export function dateText(seconds: number): string {
  if (!(Math.abs(seconds) <= maxSeconds)) return `${seconds}`;
  const text = new Date(Math.round(seconds * 1000)).toISOString();
  return seconds % day === 0 ? text.slice(0, text.indexOf('T')) : text.replace('.000Z', 'Z');
}
