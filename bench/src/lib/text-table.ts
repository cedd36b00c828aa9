/** A column: its heading, and on which side its texts stand. Numbers go right. */
export interface Column {
  readonly heading: string;
  readonly align: 'left' | 'right';
}

/** Rows under headings, in columns that are as wide as they must be; an empty row is an empty line. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ heading }, i) => Math.max(heading.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => (columns[i]?.align === 'left' ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [columns.map(({ heading }) => heading), widths.map((width) => '─'.repeat(width)), ...rows]
    .map(line)
    .join('\n');
}
