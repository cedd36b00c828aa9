import { type Column, textTable } from '../text-table.ts';
import type { AnomaliesResult } from './measure-anomalies.ts';

const right = (heading: string): Column => ({ heading, align: 'right' });

/** The areas under the curve for people, with an asterisk where another's is larger. */
export function anomaliesTable({ sets }: AnomaliesResult): string {
  const names = [...new Set(sets.flatMap(({ beside }) => beside.map(({ name }) => name)))];
  const columns = [
    { heading: 'rows', align: 'left' } as const,
    ...['learned from', 'columns', 'ordinary', 'anomalies', 'Diffeo', 'by log-density', ...names].map(right),
  ];
  const rows = sets.map((own) => [
    own.name,
    ...[own.trained, own.columns, own.ordinary, own.anomalies].map(String),
    own.area.toFixed(4),
    own.ofDensity.toFixed(4),
    ...names.map((name) => {
      const other = own.beside.find((one) => one.name === name);
      if (!other) return '–';
      const { area, difference, standardError } = other;
      return `${area.toFixed(4)}${difference < 0 ? ' *' : ''} (${difference.toFixed(4)} ± ${standardError.toFixed(4)})`;
    }),
  ]);
  return textTable(columns, rows);
}
