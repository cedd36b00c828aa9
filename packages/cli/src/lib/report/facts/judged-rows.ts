import type { Dataset } from '@diffeo/datasets';
import { joinedRows } from '../../data/joined-rows.ts';
import { splitTable } from '../../data/split-rows.ts';
import { checksumOfParts } from '../../folder/run-record.ts';
import type { StoredModel } from '../../model/read-model.ts';

/** What is known of the rows by which a model is judged. */
export interface JudgedRows {
  /** Rows that training did not see, as far as can be known. */
  readonly judged: Dataset;
  /** Rows that were trained on and validated with; `null` where the data are others. */
  readonly seen: Dataset | null;
  /**
   * `held-out`: the very rows that `train` held out; `fresh`: points drawn anew from a density; `other`: of data that are not those
   * of the training, of which some rows may be.
   */
  readonly are: 'held-out' | 'fresh' | 'other';
}

/** Cuts data as `train` cut them, and sees by the checksum that was kept whether these are the same parts. */
export function judgedRows({ notes }: StoredModel, rows: Dataset, name: string, isDrawn: boolean): JudgedRows {
  if (isDrawn) return { judged: rows, seen: null, are: 'fresh' };
  const other = { judged: rows, seen: null, are: 'other' } as const;
  if (!notes.split || notes.dataChecksum === null) return other;
  try {
    const { train, validation, test } = splitTable(rows, name, notes.split);
    if (checksumOfParts([train, validation, test]) !== notes.dataChecksum) return other;
    return { judged: test, seen: joinedRows(train, validation), are: 'held-out' };
  } catch {
    return other; // too few rows to have been cut so
  }
}
