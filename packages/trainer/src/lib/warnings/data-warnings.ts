import { fewValueWarnings } from './few-value-warnings.ts';
import type { HostRows } from './host-rows.ts';
import { outlierWarnings } from './outlier-warnings.ts';
import { repeatedRowWarnings } from './repeated-row-warnings.ts';
import type { Warning } from './warning.ts';

/**
 * What is wrong with rows as data for a density, before anything is trained: columns whose numbers come again and again, rows
 * that do, and numbers so far out that they press all others together. Of a large data set, 50,000 rows are looked at.
 *
 * @example
 * dataWarnings({ values: Float32Array.from({ length: 40 }, (_, i) => i % 2), size: 1 })[0]?.code // 'FEW_VALUES'
 */
export function dataWarnings(rows: HostRows): readonly Warning[] {
  const few = fewValueWarnings(rows);
  const repeated = rows.size === 1 || few[0]?.columns?.length === rows.size ? [] : repeatedRowWarnings(rows);
  return [...few, ...repeated, ...outlierWarnings(rows)];
}
