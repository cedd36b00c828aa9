import { textTable } from '../text-table.ts';
import type { OnnxResult } from './measure-onnx.ts';

/** The result for people. */
export const onnxTable = ({ machine, rows }: OnnxResult): string =>
  `${machine}\n\n${textTable(
    [
      { heading: 'model', align: 'left' },
      { heading: 'function', align: 'left' },
      { heading: 'rows', align: 'right' },
      { heading: 'runtime', align: 'left' },
      { heading: 'ms', align: 'right' },
      { heading: '× ours', align: 'right' },
      { heading: 'difference', align: 'right' },
    ],
    rows.map((row) => [
      row.model,
      row.function,
      String(row.batch),
      row.runtime,
      row.milliseconds.toFixed(3),
      row.timesOurs.toFixed(2),
      row.difference.toExponential(1),
    ]),
  )}`;
