import { textTable } from '../text-table.ts';
import type { TrainingResult } from './measure-training.ts';
import { modes } from './workload.ts';

const milliseconds = (value: number): string => value.toFixed(value < 100 ? 2 : 0);

/** The result for people; the models stand apart. */
export function trainingTable({ rows, rounds, stepsPerRound, leftOut }: TrainingResult): string {
  const table = textTable(
    [
      { heading: 'model', align: 'left' },
      { heading: 'mode', align: 'left' },
      { heading: 'contestant', align: 'left' },
      { heading: 'ms a step', align: 'right' },
      { heading: 'quartiles', align: 'right' },
      { heading: 'samples/s', align: 'right' },
      { heading: '× ours', align: 'right' },
    ],
    rows.flatMap(({ model, mode, contestant, millisecondsPerStep, samplesPerSecond, timesOurs }, i) => {
      const { lower, median, upper } = millisecondsPerStep;
      const before = rows[i - 1];
      const first = before?.model !== model;
      const line = [
        first ? model : '',
        first || before.mode !== mode ? mode : '',
        contestant,
        milliseconds(median),
        `${milliseconds(lower)}–${milliseconds(upper)}`,
        Math.round(samplesPerSecond).toLocaleString('en'),
        timesOurs.toFixed(2),
      ];
      return first && before ? [[], line] : [line];
    }),
  );
  const notes = [
    `${modes.join(', ')}: medians of ${rounds} rounds of ${stepsPerRound} steps; × ours is how many times as long as ours it took`,
    ...leftOut.map((name) => `${name} is left out: it is not installed`),
  ];
  return [table, '', ...notes].join('\n');
}
