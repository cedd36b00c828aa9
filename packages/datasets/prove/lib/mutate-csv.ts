import type { WrittenTable } from './write-csv.ts';

/** A file that was changed. */
export interface Mutation {
  readonly name: string;
  /** The lines as they are now; a row that was changed is none any more (−1). */
  readonly table: WrittenTable;
  /** The file, where it is more than its lines. */
  readonly bytes?: Uint8Array;
  /** Whether more than the changed lines may be read otherwise, or not at all. */
  readonly isWild: boolean;
}

type Line = WrittenTable['lines'][number];

const texts = [
  '',
  ' ',
  'x',
  'NA',
  '-',
  '1e5',
  '1e999',
  'inf',
  '0x10',
  "'",
  '1.2.3',
  '1,2,3',
  '\u0000',
  '☃',
  '(7)',
  '--5',
  'Total',
];

/** Changes lines, fields, quotes or bytes of a file, in one of many ways, once to three times. */
export function mutateCsv(written: WrittenTable, delimiter: string, upTo: (most: number) => number): Mutation {
  let table = written;
  let isWild = false;
  const names: string[] = [];
  const lineKinds: readonly (readonly [
    name: string,
    isWild: boolean,
    change: (lines: readonly Line[], at: number) => Line[],
  ])[] = [
    ['a line out', false, (lines, at) => lines.toSpliced(at, 1)],
    ['a line twice', true, (lines, at) => lines.toSpliced(at, 0, lines[at] as Line)],
    [
      'two lines joined',
      false,
      (lines, at) => lines.toSpliced(at, 2, spoilt(`${lines[at]?.text}${lines[at + 1]?.text ?? ''}`)),
    ],
    ['lines in another order', true, (lines, at) => [...lines.slice(at), ...lines.slice(0, at)]],
    ['a line cut off', false, (lines, at) => change(lines, at, (text) => text.slice(0, upTo(text.length)))],
    [
      'a field out',
      false,
      (lines, at) => changeFields(lines, at, (fields) => fields.toSpliced(upTo(fields.length - 1), 1)),
    ],
    [
      'a field more',
      false,
      (lines, at) => changeFields(lines, at, (fields) => fields.toSpliced(upTo(fields.length), 0, text())),
    ],
    [
      'another field',
      false,
      (lines, at) => changeFields(lines, at, (fields) => fields.with(upTo(fields.length - 1), text())),
    ],
    ['a delimiter more', false, (lines, at) => change(lines, at, (line) => `${line}${delimiter}`)],
    [
      'another delimiter',
      false,
      (lines, at) => change(lines, at, (line) => line.replaceAll(delimiter, ',;|\t'[upTo(3)] as string)),
    ],
    ['a quote', true, (lines, at) => change(lines, at, (line) => inserted(line, '"'))],
    ['a long field', false, (lines, at) => changeFields(lines, at, (fields) => [...fields.slice(1), '7'.repeat(5000)])],
    ['a line of text', false, (lines, at) => lines.toSpliced(at, 0, spoilt('and so it goes'))],
    ['a comment', false, (lines, at) => lines.toSpliced(at, 0, spoilt('# by the way'))],
    ['no names', true, (lines) => lines.filter(({ row }) => row >= 0)],
  ];
  const text = (): string => texts[upTo(texts.length - 1)] as string;
  const inserted = (line: string, piece: string): string => {
    const at = upTo(line.length);
    return `${line.slice(0, at)}${piece}${line.slice(at)}`;
  };
  const changeFields = (lines: readonly Line[], at: number, edit: (fields: string[]) => string[]): Line[] =>
    change(lines, at, (line) => edit(line.split(delimiter)).join(delimiter));

  for (let times = upTo(2); times >= 0; times--) {
    const [name, wild, edit] = lineKinds[upTo(lineKinds.length - 1)] as (typeof lineKinds)[number];
    const at = upTo(table.lines.length - 1);
    // What stands above the data says how all of it is read.
    isWild ||= wild || (table.lines[at]?.row ?? -1) < 0 || (table.lines[at + 1]?.row ?? -1) < 0;
    table = { ...table, lines: edit(table.lines, at) };
    names.push(`${name} at ${at}`);
  }
  if (upTo(5) > 0) return { name: names.join(', '), table, isWild };
  const bytes = Buffer.from(table.encode(table.lines.map(({ text: line }) => line).join(table.newline)));
  const at = upTo(Math.max(0, bytes.length - 1));
  const byteKinds: readonly (readonly [string, () => Uint8Array])[] = [
    ['a byte', () => Buffer.from(bytes).fill(upTo(255), at, at + 1)],
    ['cut off', () => bytes.subarray(0, at)],
    ['bytes out', () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + upTo(20))])],
    ['bytes twice', () => Buffer.concat([bytes.subarray(0, at + upTo(20)), bytes.subarray(at)])],
  ];
  const [name, edit] = byteKinds[upTo(byteKinds.length - 1)] as (typeof byteKinds)[number];
  return { name: [...names, `${name} at ${at}`].join(', '), table, bytes: edit(), isWild: true };
}

const spoilt = (text: string): Line => ({ text, row: -1 });

const change = (lines: readonly Line[], at: number, edit: (text: string) => string): Line[] =>
  lines.with(at, spoilt(edit(lines[at]?.text ?? '')));
