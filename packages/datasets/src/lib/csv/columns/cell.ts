/** What a format with types has in a row: numbers and dates as they are, all else as text; nothing where a value is missing. */
export type Cell = string | number | Date;

/** A cell as it would stand in a file of text. */
export const cellText = (cell: Cell): string =>
  cell instanceof Date ? cell.toISOString().replace('T00:00:00.000Z', '') : `${cell}`;
