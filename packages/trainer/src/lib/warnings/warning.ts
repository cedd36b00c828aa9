/** What a warning is about. */
export type WarningCode =
  | 'FEW_VALUES'
  | 'WHOLE_NUMBERS'
  | 'REPEATED_ROWS'
  | 'SEEN_ROWS'
  | 'UNKNOWN_CATEGORY'
  | 'OUTLIER'
  | 'CONTEXT_SCALE'
  | 'CONTEXT_IGNORED'
  | 'ONLY_A_GAUSSIAN'
  | 'START_WAS_BEST'
  | 'BEHIND_GAUSSIAN'
  | 'FEW_ROWS_DECIDE'
  | 'IMPOSSIBLE_ROWS';

/** Something that is not an error, and that whoever uses the model has to know. */
export interface Warning {
  readonly code: WarningCode;
  /** What was found and what to do, for people. */
  readonly message: string;
  /** The columns that it is about, counted from 0. */
  readonly columns?: readonly number[];
  /** The rows that it is about, counted from 0. */
  readonly rows?: readonly number[];
}

const shown = 6;

/** Names of columns, or their numbers counted from 1, for a sentence: no longer than a line or two, however many there are. */
export function columnList(
  columns: readonly number[],
  names: readonly string[] | undefined,
  note = (_: number) => '',
): string {
  const listed = columns.slice(0, shown).map((column) => `${names ? `'${names[column]}'` : column + 1}${note(column)}`);
  const more = columns.length - listed.length;
  return `column${columns.length > 1 ? 's' : ''} ${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
