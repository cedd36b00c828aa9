import { textTable } from '../text-table.ts';
import type { BackendRow, BackendsResult } from './measure-backends.ts';

const milliseconds = (value: number): string => value.toPrecision(3);

const titleOf = ({ size: { dimensions, couplings, width, rows }, mode }: BackendRow): string =>
  `${dimensions} dimensions, ${couplings} couplings of ${width}, ${rows} rows: ${mode}`;

/** Milliseconds, and how many times as fast as WASM. */
export function backendsTable({ backends, rows }: BackendsResult): string {
  const names = Object.keys(backends) as BackendRow['backend'][];
  const titles = [...new Set(rows.map(titleOf))];
  const table = textTable(
    [
      { heading: 'milliseconds (× WASM)', align: 'left' },
      ...names.map((heading) => ({ heading, align: 'right' as const })),
    ],
    titles.map((title) => [
      title,
      ...names.map((name) => {
        const row = rows.find((one) => one.backend === name && titleOf(one) === title);
        return row ? `${milliseconds(row.milliseconds)} (${row.speed.toPrecision(2)})` : 'none';
      }),
    ]),
  );
  return `${table}\n\n${names.map((name) => `${name}: ${backends[name]}`).join('\n')}`;
}
