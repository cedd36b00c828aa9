import { textTable } from '../text-table.ts';
import type { Pass } from './convolution-size.ts';
import type { ConvolutionsResult } from './measure-convolutions.ts';

const passNames: Record<Pass, string> = {
  forward: 'forward',
  input: 'gradient of the input',
  filter: 'gradient of the filter',
  training: 'forward, all gradients',
};

/** The result for people; the sizes stand apart. */
export function convolutionsTable({ rows, peak, leftOut }: ConvolutionsResult): string {
  const table = textTable(
    [
      { heading: 'batch × image, filters, channels', align: 'left' },
      { heading: '', align: 'left' },
      { heading: 'by', align: 'left' },
      { heading: 'ms', align: 'right' },
      { heading: 'GFLOP/s', align: 'right' },
      { heading: '% peak', align: 'right' },
    ],
    rows.flatMap(({ size, pass, competitor, milliseconds, gigaflops, shareOfPeak }, i) => {
      const before = rows[i - 1];
      const first = before?.size !== size;
      const line = [
        first ? size : '',
        first || before.pass !== pass ? passNames[pass] : '',
        competitor,
        milliseconds?.toFixed(milliseconds < 10 ? 2 : 1) ?? 'none',
        gigaflops?.toFixed(1) ?? '',
        shareOfPeak === null ? '' : (100 * shareOfPeak).toFixed(0),
      ];
      return first && before ? [[], line] : [line];
    }),
  );
  const notes = [
    `% peak is of ${peak.toFixed(1)} GFLOP/s, which WASM SIMD reaches on one core without loads and stores`,
    'several filters are a stack with rectifiers between them, as a coupling has it. GFLOP/s counts its products in full; ours skip those',
    'with the zeros that rectifiers leave, so that they can come out above the peak',
    ...leftOut.map((name) => `${name} is left out: this machine lacks it`),
  ];
  return [table, '', ...notes].join('\n');
}
