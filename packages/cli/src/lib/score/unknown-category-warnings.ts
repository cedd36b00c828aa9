import type { Column, Dataset } from '@diffeo/datasets';
import { missingCell } from '@diffeo/tables';
import type { Warning } from '@diffeo/trainer';
import type { StoredModel } from '../model/read-model.ts';
import type { ModelRows } from '../tables/mixed-data.ts';

/** Rows and categories that are named, before it is too many. */
const shown = 5;

/** A word for each column in which rows hold a category that the model has never seen: all such are one to it. */
function warningsOf(
  { values, count }: Pick<Dataset, 'values' | 'count'>,
  columns: readonly Column[],
  whatOfIt: string,
): readonly Warning[] {
  const size = columns.length;
  if (values.length !== count * size) return [];
  return columns.flatMap(({ name, categories }, i): readonly Warning[] => {
    if (!categories) return [];
    const rows: number[] = [];
    for (let row = 0; row < count; row++) {
      const value = values[row * size + i] as number;
      if (value >= categories.length && value !== missingCell) rows.push(row);
    }
    if (rows.length === 0) return [];
    const listed = <T>(all: readonly T[]): string =>
      `${all.slice(0, shown).join(', ')}${all.length > shown ? ', …' : ''}`;
    const few = listed(rows.map((row) => row + 1));
    return [
      {
        code: 'UNKNOWN_CATEGORY',
        rows,
        message: `${rows.length} of ${count} rows have a category in '${name}' that the model does not know (${rows.length === 1 ? 'row' : 'rows'} ${few}). It knows ${listed(categories)}${whatOfIt}`,
      },
    ];
  });
}

/** Which rows hold a category that the model has never seen, in the columns that it scores and in those that it is given. */
export const unknownCategoryWarnings = (
  { notes }: StoredModel,
  { context, ...rows }: ModelRows,
): readonly Warning[] => [
  ...warningsOf(rows, notes.columns ?? [], ''),
  ...(context
    ? warningsOf(context, notes.context ?? [], ', and takes all others for one of which it knows nothing')
    : []),
];
