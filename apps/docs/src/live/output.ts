/** One thing that an example prints. */
export type Output =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }
  /** An SVG: what an example logs that begins as one. */
  | { readonly kind: 'picture'; readonly svg: string }
  | { readonly kind: 'failure'; readonly text: string };

/** What `console.log` and its like are given. A text that is an SVG is a picture. */
export function loggedOutput(values: readonly unknown[]): Output {
  const [first] = values;
  if (values.length === 1 && typeof first === 'string' && first.startsWith('<svg'))
    return { kind: 'picture', svg: first };
  return { kind: 'text', text: values.map((value) => (typeof value === 'string' ? value : shown(value))).join(' ') };
}

/** What `console.table` is given: a list of records, or of lists. */
export function tabulatedOutput(value: unknown): Output {
  if (!Array.isArray(value)) return loggedOutput([value]);
  const rows = value.map(
    (row: unknown): Record<string, unknown> => (typeof row === 'object' && row !== null ? { ...row } : { value: row }),
  );
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { kind: 'table', columns, rows: rows.map((row) => columns.map((name) => cell(row[name]))) };
}

const cell = (value: unknown): string => (typeof value === 'string' ? value : value === undefined ? '' : shown(value));

/** How many entries of a list are written. */
const maxEntries = 12;

/** A value as text: numbers to six digits, since those of float32 have no more. */
function shown(value: unknown, depth = 0): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  if (typeof value === 'string') return depth === 0 ? value : `'${value}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const entries = Array.from(value as ArrayLike<unknown>);
    const written = entries.slice(0, maxEntries).map((entry) => shown(entry, depth + 1));
    return `[${[...written, ...(entries.length > maxEntries ? [`… ${entries.length} in all`] : [])].join(', ')}]`;
  }
  if ('rankType' in value && 'shape' in value) return `Tensor of shape ${shown(value.shape)}`;
  if (depth > 2) return '{…}';
  const fields = Object.entries(value).map(([key, field]) => `${key}: ${shown(field, depth + 1)}`);
  return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{}';
}
