import type { CsvNote, CsvSettings } from '../csv-options.ts';
import { shown } from '../problems/shown.ts';
import type { CsvHead } from './csv-head.ts';

/** What stands before the table, as far as lines alone tell. */
export interface CsvBeginning {
  /** The head of the file without it. */
  readonly text: string;
  /** How many lines it has. */
  readonly lines: number;
  /** What a line `sep=;` says. */
  readonly delimiter: string | null;
  /** What begins lines that are passed over. */
  readonly comment: string | null;
  /** The last line of comment before the table, which may hold its names. */
  readonly lastComment: string | null;
}

const lineEnd = /\r\n|\n|\r/g;

/** The first line of a text and what follows; `null` for what follows where the line has no end. */
function cutLine(text: string): readonly [line: string, rest: string | null] {
  lineEnd.lastIndex = 0;
  const end = lineEnd.exec(text);
  return end ? [text.slice(0, end.index), text.slice(end.index + end[0].length)] : [text, null];
}

/** Takes off what comes before the table: lines to be skipped, `sep=;`, and comments. */
export function csvBeginning(
  head: CsvHead,
  { comment: asked, skip, delimiter: given }: CsvSettings,
  notes: CsvNote[],
): CsvBeginning {
  let { text } = head;
  let lines = 0;
  const skipLine = (): string => {
    const [line, rest] = cutLine(text);
    text = rest ?? '';
    lines++;
    return line;
  };
  for (let i = 0; i < (skip ?? 0) && text !== ''; i++) skipLine();

  let delimiter: string | null = null;
  const [, separator] = /^[ \t]*"?sep=([^\r\n])"?[ \t]*$/i.exec(cutLine(text)[0]) ?? [];
  if (separator !== undefined && given === null) {
    skipLine();
    delimiter = separator;
    notes.push({ code: 'SEPARATOR_LINE', text: `its first line says that ${shown(separator)} stands between fields` });
  }

  const first = /^\s*(#|%)/.exec(text)?.[1] ?? null;
  const comment = asked === false ? null : (asked ?? first);
  let lastComment: string | null = null;
  let comments = 0;
  while (comment !== null && text !== '') {
    const [line] = cutLine(text);
    if (line.trim() !== '' && !line.trimStart().startsWith(comment)) break;
    skipLine();
    if (line.trim() === '') continue;
    comments++;
    lastComment = line.trimStart().slice(comment.length).trim();
  }
  if (comments > 0 && asked === null) {
    notes.push({
      code: 'COMMENTS',
      text: `lines that begin with ${shown(comment as string)} are passed over`,
      otherwise: { comment: false },
    });
  }
  return { text, lines, delimiter, comment, lastComment };
}
