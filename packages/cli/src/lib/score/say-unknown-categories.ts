import type { Column, Dataset } from '@diffeo/datasets';
import { missingCell } from '@diffeo/tables';
import { say } from '../terminal/say.ts';

/** Rows and categories that are named, before it is too many. */
const shown = 5;

/** Says which rows hold a category that the model has never seen: all such are one to it, and their scores are low for that alone. */
export function sayUnknownCategories({ values, count }: Pick<Dataset, 'values' | 'count'>, columns: readonly Column[]) {
  const size = columns.length;
  if (values.length !== count * size) return;
  for (const [i, { name, categories }] of columns.entries()) {
    if (!categories) continue;
    const rows: number[] = [];
    for (let row = 0; row < count; row++) {
      const value = values[row * size + i] as number;
      if (value >= categories.length && value !== missingCell) rows.push(row + 1);
    }
    if (rows.length === 0) continue;
    const few = `${rows.slice(0, shown).join(', ')}${rows.length > shown ? ', …' : ''}`;
    const known = `${categories.slice(0, shown).join(', ')}${categories.length > shown ? ', …' : ''}`;
    say(
      `warning: ${rows.length} of ${count} rows have a category in '${name}' that the model does not know (${rows.length === 1 ? 'row' : 'rows'} ${few}). It knows ${known}`,
    );
  }
}
