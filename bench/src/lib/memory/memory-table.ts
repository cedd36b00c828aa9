import { textTable } from '../text-table.ts';
import type { MemoryRow } from './measure-memory.ts';

/** What is wanted of recomputed gradients: memory at the greatest depth against the least, and time against stored. */
const [maxGrowth, maxTime] = [1.15, 1.5];

const verdict = (reached: number, most: number): string =>
  `${reached.toFixed(2)}, at most ${most.toFixed(2)}: ${reached <= most ? 'met' : 'not met'}`;

/** Recomputed gradients beside what is wanted of them; nothing where the rows do not say it. */
function targets(rows: readonly MemoryRow[]): readonly string[] {
  const recomputed = rows.filter(({ gradient }) => gradient === 'recompute');
  const [shallow, deep] = [recomputed[0], recomputed.at(-1)];
  const stored = rows.find(({ layers, gradient }) => layers === deep?.layers && gradient === 'store');
  if (!shallow || !deep || !stored) return [];
  return [
    `recompute, peak at depth ${deep.layers} / at ${shallow.layers}: ${verdict(deep.peakBytes / shallow.peakBytes, maxGrowth)}`,
    `time at depth ${deep.layers}, recompute / store: ${verdict(deep.milliseconds / stored.milliseconds, maxTime)}`,
  ];
}

/** The result for people. */
export function memoryTable(rows: readonly MemoryRow[]): string {
  const table = textTable(
    [
      { heading: 'depth', align: 'right' },
      { heading: 'gradient', align: 'left' },
      { heading: 'peak MB', align: 'right' },
      { heading: 'ms', align: 'right' },
    ],
    rows.map(({ layers, gradient, peakBytes, milliseconds }) => [
      `${layers}`,
      gradient,
      (peakBytes / 1e6).toFixed(2),
      milliseconds.toFixed(1),
    ]),
  );
  return [table, '', ...targets(rows)].join('\n');
}
