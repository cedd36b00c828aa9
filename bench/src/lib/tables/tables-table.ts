import { baselineNames } from './baselines.ts';
import type { TablesResult } from './measure-tables.ts';

/** Who is at how many tables never worse, and how often better by two standard errors, as Markdown. */
function summary({ tables }: TablesResult, name: string): string {
  const found = tables.flatMap(({ beside }) => beside.filter((own) => own.name === name));
  if (found.length === 0) return `${name}: on none of these tables`;
  const worse = found.filter((own) => own.worse).length;
  const ahead = found.filter(({ mean }) => mean > 0).length;
  const clearly = found.filter(({ clipped }) => clipped.mean > 2 * clipped.standardError).length;
  const least = Math.min(...found.map(({ leastDifference }) => leastDifference));
  return `${name}: on ${found.length} tables better on ${ahead}, clearly on ${clearly}, worse on ${worse}; no row more than ${(-least).toFixed(1)} nats behind`;
}

/** The result for people: nats a row on test rows, lower is better, and an asterisk where we are worse. */
export function tablesTable(result: TablesResult): string {
  const rows = result.tables.map(({ table, rows, columns, nll, standardError, median, cpuSeconds, beside }) => {
    const others = baselineNames.map((name) => {
      const own = beside.find((one) => one.name === name);
      return own
        ? `${own.nll.toFixed(2)}${own.worse ? ' *' : ''} (${own.mean.toFixed(2)} ± ${own.clipped.standardError.toFixed(2)})`
        : '–';
    });
    return [
      table,
      `${rows} × ${columns}`,
      `${nll.toFixed(2)} ± ${standardError.toFixed(2)}`,
      median.toFixed(2),
      cpuSeconds.toFixed(0),
      ...others,
    ];
  });
  const head = ['table', 'size', `Diffeo, ${result.effort}`, 'median', 'CPU s', ...baselineNames];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [...lines, '', ...baselineNames.map((name) => summary(result, name))].join('\n');
}
