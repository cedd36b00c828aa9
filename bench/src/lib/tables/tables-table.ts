import { baselineNames } from './baselines.ts';
import type { TableResult, TablesResult } from './measure-tables.ts';
import { verdicts } from './verdicts.ts';

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const markdown = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(line).join('\n');

/** A competitor's nll, and by how much ours is ahead: the mean difference, and the error of the clipped one. */
function besideCell({ beside }: TableResult, name: string): string {
  const own = beside.find((one) => one.name === name);
  if (!own) return '–';
  return `${own.nll.toFixed(2)}${own.worse ? ' *' : ''} (${own.mean.toFixed(2)} ± ${own.clipped.standardError.toFixed(2)})`;
}

const spreadCell = ({ seeds }: TableResult): string =>
  seeds.length === 1 ? '–' : `${Math.min(...seeds).toFixed(2)} to ${Math.max(...seeds).toFixed(2)}`;

const coverageCell = ({ coverage }: TableResult): string =>
  coverage.map(({ covered, held }) => `${(100 * covered).toFixed(0)}${held ? '' : '!'}`).join(' / ');

/** The result for people: nats a row on test rows, lower is better, with an asterisk where we are worse; and what is wanted of all tables. */
export function tablesTable(result: TablesResult): string {
  const rows = result.tables.map((own) => [
    `${own.table}${own.isStale ? ' †' : ''}`,
    `${own.rows} × ${own.columns}`,
    `${own.nll.toFixed(2)} ± ${own.standardError.toFixed(2)}`,
    own.median.toFixed(2),
    spreadCell(own),
    `${own.seconds.toFixed(0)} (${own.cpuSeconds.toFixed(0)})`,
    coverageCell(own),
    ...baselineNames.map((name) => besideCell(own, name)),
  ]);
  const head = [
    ...['table', 'size', `Diffeo, ${result.effort}`, 'median', 'three seeds', 's (CPU)', 'covered 50 / 90 / 99'],
    ...baselineNames,
  ];
  const wanted = verdicts(result).map((own) => [own.wanted, own.reached, own.met ? 'yes' : 'no']);
  const words = [
    ...(result.tables.some(({ isStale }) => isStale)
      ? ['', `† written down by another recipe than that of now: --ours kept measures it again`]
      : []),
    ...(result.failed.length > 0 ? ['', `failed: ${result.failed.join(', ')}`] : []),
  ];
  return [markdown(head, rows), ...words, '', markdown(['wanted', 'reached', 'met'], wanted)].join('\n');
}
