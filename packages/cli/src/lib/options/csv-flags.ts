import { type Column, type ColumnKind, type CsvOptions, withAdvice } from '@diffeo/datasets';
import { delimiterNames } from './delimiter-names.ts';

/** A word as a shell takes it. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** So many columns are named in an option that is advised: a message is no longer than a few lines. */
const namedColumns = 6;

/** The option that says that columns are of a kind; of many columns it ends in an ellipsis. */
export function kindsOption(columns: readonly Pick<Column, 'name'>[], kind: ColumnKind): string {
  const said = columns.slice(0, namedColumns).map(({ name }) => `${name}=${kind}`);
  return `--kinds ${shellWord([...said, ...(columns.length > said.length ? ['…'] : [])].join())}`;
}

/** Lists are divided by commas; a number is one whatever the columns are called. */
const listed = (entries: readonly (string | number)[]): string =>
  entries.map((entry) => (typeof entry === 'number' ? `:${entry}` : entry)).join(',');

/** Flags whose value may begin with a minus need the sign of equality. */
const flag = (name: string, value: string): string[] =>
  value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value];

/** What comes again in a date, as `--kinds` says it. */
const againIn = (periods: readonly string[] | undefined): string =>
  periods === undefined ? '' : `:${periods.length === 0 ? 'none' : periods.join('+')}`;

/** The reader's options as arguments of the command. */
export function csvFlags(options: CsvOptions): string[] {
  const {
    columns,
    exclude,
    missing,
    missingValues,
    header,
    delimiter,
    decimal,
    comment,
    skip,
    quotes,
    kinds,
    periods,
  } = options;
  const named = Object.keys(delimiterNames).find((name) => delimiterNames[name] === delimiter);
  return [
    ...(columns ? flag('columns', listed(columns)) : []),
    ...(exclude && exclude.length > 0 ? flag('exclude', listed(exclude)) : []),
    ...(missing === undefined ? [] : flag('missing', missing)),
    ...(missingValues && missingValues.length > 0 ? flag('missing-values', listed(missingValues)) : []),
    ...(kinds && Object.keys(kinds).length > 0
      ? flag(
          'kinds',
          Object.entries(kinds)
            .map(([name, kind]) => `${name}=${kind}${againIn(periods?.[name])}`)
            .join(','),
        )
      : []),
    ...(header === undefined ? [] : [header ? '--header' : '--no-header']),
    ...(delimiter === undefined ? [] : flag('delimiter', named ?? delimiter)),
    ...(decimal === undefined ? [] : flag('decimal', decimal)),
    ...(comment === undefined ? [] : flag('comment', comment === false ? 'none' : comment)),
    ...(skip === undefined ? [] : flag('skip', `${skip}`)),
    ...(quotes === undefined ? [] : [quotes ? '--quotes' : '--no-quotes']),
  ];
}

/** Lists that advice makes longer, see `withAdvice`. */
const listFlags: readonly string[] = ['exclude', 'missing-values'];

/** The arguments of a command with options for the reader added. */
export function withCsvFlags(args: readonly string[], advice: CsvOptions): string[] {
  const replaced = new Set(Object.keys(advice).map((name) => (name === 'missingValues' ? 'missing-values' : name)));
  const before: Record<string, string[]> = {};
  const kept: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const [, name = '', inline] = /^--(?:no-)?([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (!replaced.has(name)) {
      kept.push(arg);
      continue;
    }
    const value = name === 'header' || name === 'quotes' ? undefined : (inline ?? args[++i]);
    if (value !== undefined && listFlags.includes(name)) before[name] = value.split(',');
  }
  const { exclude = [], 'missing-values': missingValues = [] } = before;
  return [...kept, ...csvFlags(withAdvice({ exclude, missingValues }, advice))];
}

/** Commands to copy that do what an error advises, one in a line. */
export const advisedCommands = (args: readonly string[], advice: readonly CsvOptions[]): string[] =>
  advice.map((options) => ['diffeo', ...withCsvFlags(args, options).map(shellWord)].join(' '));
