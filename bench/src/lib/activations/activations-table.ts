import { textTable } from '../text-table.ts';
import type { ActivationsResult } from './measure-activations.ts';

/** The result for people; the stacks stand apart. */
export function activationsTable({ rows, most }: ActivationsResult): string {
  const table = textTable(
    [
      { heading: 'batch, widths or channels', align: 'left' },
      { heading: 'activation', align: 'left' },
      { heading: 'ms', align: 'right' },
      { heading: '× ReLU', align: 'right' },
      { heading: `at most ${most}`, align: 'left' },
    ],
    rows.map(({ stack, activation, milliseconds, timesRelu }, i) => [
      rows[i - 1]?.stack === stack ? '' : stack,
      activation,
      milliseconds.toFixed(2),
      timesRelu.toFixed(2),
      timesRelu <= most ? 'met' : 'not met',
    ]),
  );
  return `${table}\n\nmilliseconds of the processor for a pass there with all gradients; ReLU's products skip zeros`;
}
