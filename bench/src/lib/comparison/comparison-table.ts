import { textTable } from '../text-table.ts';
import type { ComparisonResult } from './comparison.ts';
import type { TargetResult } from './targets.ts';
import { modes } from './workload.ts';

const milliseconds = (value: number): string => value.toFixed(value < 100 ? 2 : 0);

/** Every target beside what was reached. */
const targetTable = (targets: readonly TargetResult[]): string =>
  textTable(
    [
      { heading: 'target', align: 'left' },
      { heading: 'mode', align: 'left' },
      { heading: 'of', align: 'left' },
      { heading: 'against', align: 'left' },
      { heading: 'at least', align: 'right' },
      { heading: 'reached', align: 'right' },
      { heading: '', align: 'left' },
    ],
    targets.map(({ model, mode, competitor, against, least, reached }) => [
      ...[model, mode, competitor, against, least.toFixed(1), reached.toFixed(2)],
      reached >= least ? 'met' : 'not met',
    ]),
  );

/** The result for people; the models stand apart. */
export function comparisonTable({ rows, rounds, stepsPerRound, leftOut, targets }: ComparisonResult): string {
  const table = textTable(
    [
      { heading: 'model', align: 'left' },
      { heading: 'mode', align: 'left' },
      { heading: 'competitor', align: 'left' },
      { heading: 'ms a step', align: 'right' },
      { heading: 'quartiles', align: 'right' },
      { heading: 'samples/s', align: 'right' },
      { heading: 'GFLOP/s', align: 'right' },
      { heading: '% peak', align: 'right' },
      { heading: 'MB', align: 'right' },
      { heading: '× ours', align: 'right' },
    ],
    rows.flatMap(({ model, mode, competitor, millisecondsPerStep, samplesPerSecond, timesOurs, ...row }, i) => {
      const { lower, median, upper } = millisecondsPerStep;
      const before = rows[i - 1];
      const first = before?.model !== model;
      const line = [
        first ? model : '',
        first || before.mode !== mode ? mode : '',
        competitor,
        milliseconds(median),
        `${milliseconds(lower)}–${milliseconds(upper)}`,
        Math.round(samplesPerSecond).toLocaleString('en'),
        row.gigaflops.toFixed(1),
        (100 * row.shareOfPeak).toFixed(0),
        (row.peakBytes / 2 ** 20).toFixed(0),
        timesOurs.toFixed(2),
      ];
      return first && before ? [[], line] : [line];
    }),
  );
  const notes = [
    `${modes.join(', ')}: medians of ${rounds} turns of ${stepsPerRound} steps or 1 s, each of which counts as a whole; × ours is how many times as long as ours it took`,
    'GFLOP/s counts the products of the model in full, whether or not a competitor did them all; % peak is of what WASM SIMD',
    'reaches on one core without loads and stores, in the same rounds; MB is the most that the process held so far',
    ...leftOut.map((name) => `${name} is left out: this machine lacks it`),
  ];
  return [table, '', ...notes, '', targetTable(targets)].join('\n');
}
