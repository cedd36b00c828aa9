import type { TableRows } from '@diffeo/tables';

/** Ordinary rows to learn from, and others of which some are not. */
export interface AnomalySet {
  readonly name: string;
  readonly train: TableRows;
  readonly test: TableRows;
  /** Which test rows are anomalies. */
  readonly odd: readonly boolean[];
}
