/** A way to write a table, as spreadsheets, programs and people do. */
export interface WrittenLayout {
  readonly delimiter: ',' | ';' | '\t' | '|' | '   ';
  readonly newline: '\n' | '\r\n' | '\r';
  readonly header: 'names' | 'none' | 'counted';
  readonly decimal: '.' | ',';
  /** What stands between thousands. */
  readonly thousands: '' | 'mark' | ' ';
  readonly sign: '' | '$' | '%';
  readonly titles: number;
  readonly comments: number;
  readonly sepLine: boolean;
  readonly units: boolean;
  readonly total: boolean;
  readonly trailing: boolean;
  readonly index: boolean;
  /** A column of words beside the numbers. */
  readonly words: boolean;
  readonly twice: boolean;
  readonly quoted: boolean;
  readonly mark: boolean;
  readonly encoding: 'utf-8' | 'latin1' | 'utf-16le';
  readonly emptyLines: boolean;
  readonly endsWithNewline: boolean;
}

/** A table as it is written, line by line, and what is to be read of it. */
export interface WrittenTable {
  /** The lines, and for each the row of data in it, or −1. */
  readonly lines: readonly { readonly text: string; readonly row: number }[];
  readonly newline: string;
  encode(text: string): Uint8Array;
  readonly names: readonly string[];
}

/** Numbers to write: each says by itself in which row and column it is. Whole parts from 1,000 on, two decimals that are not 00. */
export const numberAt = (row: number, column: number): number => 1000 + 10 * row + column + 0.25 + (row % 3) * 0.13;

/** The row and the column of a number, if it is one of {@link numberAt}. */
export function placeOf(value: number): readonly [row: number, column: number] | null {
  const whole = Math.floor(value) - 1000;
  const [row, column] = [Math.floor(whole / 10), whole % 10];
  return row >= 0 && Math.abs(value - numberAt(row, column)) < 1e-3 ? [row, column] : null;
}

const cities = ['Köln', 'Málaga', 'Oslo', 'Århus'];

/** Writes `rows` × `columns` of {@link numberAt}. What does not go together is left away. */
export function writeCsv(layout: WrittenLayout, rows: number, columns: number): WrittenTable {
  const { delimiter, decimal, sign } = layout;
  const isBlank = delimiter === '   ';
  const hasHeader = layout.header !== 'none';
  const isNamed = layout.header === 'names';
  const number = (value: number): string => {
    const [whole = '', fraction = ''] = value.toFixed(2).split('.');
    const mark = layout.thousands === 'mark' ? (decimal === '.' ? ',' : '.') : isBlank ? '' : layout.thousands;
    const digits = `${whole.slice(0, -3)}${mark}${whole.slice(-3)}${decimal}${fraction}`;
    return sign === '$' ? `$${digits}` : `${digits}${sign}`;
  };
  const field = (text: string): string =>
    layout.quoted || text.includes(delimiter.trim() || ' ') || (delimiter === '\t' && text.includes('\t'))
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  const line = (fields: readonly string[]): string =>
    `${isBlank ? '  ' : ''}${fields.map(field).join(delimiter)}${layout.trailing && !isBlank ? delimiter : ''}`;
  const all = (index: string, word: string, numbers: readonly string[]): string => {
    const front = [...(hasIndex ? [index] : []), ...(hasWords ? [word] : [])];
    return line([...front, ...numbers]);
  };
  const hasIndex = layout.index && isNamed && !isBlank;
  const hasWords = layout.words && isNamed;
  const own = Array.from({ length: columns }, (_, c) => (layout.twice && isNamed ? 'größe'.slice(0, 2) : `größe${c}`));
  const names = Array.from({ length: columns }, (_, c) => {
    if (layout.header === 'none') return `${c + 1}`;
    if (layout.header === 'counted') return `${c}`;
    return layout.twice && c > 0 ? `${own[c]}.${c}` : (own[c] as string);
  });

  const lines: { text: string; row: number }[] = [];
  const add = (text: string, row = -1): void => {
    lines.push({ text, row });
  };
  if (layout.sepLine && !isBlank && delimiter !== '\t') add(`sep=${delimiter}`);
  for (let i = 0; i < layout.comments; i++) add(`# a comment that "says" something about ${i}`);
  if (!isBlank && isNamed) for (let i = 0; i < layout.titles; i++) add(`Title ${i}`);
  if (hasHeader) add(all('', 'city', isNamed ? own : names));
  if (layout.units && isNamed)
    add(
      all(
        '',
        'name',
        own.map(() => 'kg'),
      ),
    );
  for (let row = 0; row < rows; row++) {
    const numbers = Array.from({ length: columns }, (_, c) => number(numberAt(row, c)));
    add(all(`${row}`, cities[row % 4] as string, numbers), row);
    if (layout.emptyLines && row % 5 === 2) add('');
  }
  if (layout.total && columns > 1) {
    add(
      line([
        'Total',
        ...Array.from({ length: columns - 1 + (hasIndex ? 1 : 0) + (hasWords ? 1 : 0) }, () => number(5555.5)),
      ]),
    );
  }
  return {
    lines,
    newline: layout.newline,
    names,
    encode: (text) => {
      const marked = layout.mark && layout.encoding !== 'latin1' ? `\ufeff${text}` : text;
      return Buffer.from(marked, layout.encoding);
    },
  };
}

/** The lines as a file. */
export const joinLines = ({ lines, newline }: WrittenTable, endsWithNewline: boolean): string =>
  lines.map(({ text }) => text).join(newline) + (endsWithNewline ? newline : '');
