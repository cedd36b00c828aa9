import { textTable } from '../text-table.ts';
import { curveInShort } from './learning-curve.ts';
import type { QualityResult, QualityRow } from './measure-quality.ts';

/** What is wanted of the digits' margin to a Gaussian, bits per dimension, and of a run's time. */
const [leastMargin, maxMinutes] = [0.5, 20];
const whole = (value: number): string => value.toLocaleString('en');
const bits = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(3));

const gaussians = ({ gaussian }: QualityRow): string =>
  gaussian ? `${bits(gaussian.preprocessed)}, ${bits(gaussian.plain)}` : '';

/** Every target beside what was reached; noise that is learned is what they are asked of. */
function targetsOf({ data, noise, flow, minutes, target, ...row }: QualityRow): readonly (readonly string[])[] {
  const line = (what: string, wanted: string, reached: string, met: boolean): readonly string[] => [
    ...[data, noise, flow, what, wanted, reached],
    met ? 'met' : 'not met',
  ];
  const { images, exact } = row.reconstruction;
  const back = line(
    `pixels of ${whole(images)} test images that come back`,
    '100 %',
    `${(100 * exact).toFixed(4)} %`,
    exact === 1,
  );
  if (noise === 'uniform') return [back];
  const ahead = ([what, gaussian]: readonly [string, number]) => {
    const margin = gaussian - row.bits;
    return line(`bits/dim ahead of a Gaussian ${what}`, `at least ${leastMargin}`, bits(margin), margin >= leastMargin);
  };
  const { gaussian } = row;
  const quality = [
    ...(target === null ? [] : [line('bits/dim', `at most ${target}`, bits(row.bits), row.bits <= target)]),
    ...(gaussian
      ? [ahead(['behind the same preprocessing', gaussian.preprocessed]), ahead(['of the bins', gaussian.plain])]
      : []),
  ];
  return [...quality, line('minutes', `at most ${maxMinutes}`, minutes.toFixed(1), minutes <= maxMinutes), back];
}

/** The result for people. */
export function qualityTable({ rows, leftOut }: QualityResult): string {
  const table = textTable(
    [
      { heading: 'data', align: 'left' },
      { heading: 'noise', align: 'left' },
      { heading: 'flow', align: 'left' },
      { heading: 'steps', align: 'right' },
      { heading: 'minutes', align: 'right' },
      { heading: 'bits/dim', align: 'right' },
      { heading: '±', align: 'right' },
      { heading: '1 draw', align: 'right' },
      { heading: '16 draws', align: 'right' },
      { heading: 'Gaussians', align: 'right' },
      { heading: 'log2(bins)', align: 'right' },
      { heading: 'MNIST', align: 'right' },
      { heading: 'MB', align: 'right' },
    ],
    rows.map((row) => [
      ...[
        row.data,
        row.noise,
        row.flow,
        whole(row.steps),
        row.minutes.toFixed(1),
        bits(row.bits),
        bits(row.standardError),
      ],
      ...[bits(row.draws.one), bits(row.draws.sixteen), gaussians(row), bits(row.binBits)],
      ...[bits(row.mnistBits), row.peakBytes === null ? '' : (row.peakBytes / 1e6).toFixed(0)],
    ]),
  );
  const curves = rows.map(
    ({ data, noise, flow, curve, bestStep, stopped }) =>
      `${data}, ${noise}, ${flow}: validation by steps ${curveInShort(curve)}; kept that of step ${bestStep}${stopped === 'finished' ? '' : `, ${stopped === 'converged' ? 'validation got no better' : 'ended by the clock'}`}`,
  );
  const notes = [
    ...rows
      .filter(({ data }, i) => data !== rows[i - 1]?.data)
      .map(
        ({ data, images: [train, validation, test], parts, draws }) =>
          `${data}: ${whole(train)} images to train on, ${whole(validation)} to validate, ${whole(test)} to test, ${parts}; draws of the first ${whole(draws.images)} of them`,
      ),
    'bits/dim is of the whole test part, one draw of the noise; MNIST is its test part under this model; MB is of all heaps at most',
    'Gaussians have a full covariance and even noise: one stands behind the preprocessing of the flow, one on the bins as they are',
    ...leftOut.map((name) => `${name} is left out: its files are not there`),
  ];
  const targets = textTable(
    [
      { heading: 'data', align: 'left' },
      { heading: 'noise', align: 'left' },
      { heading: 'flow', align: 'left' },
      { heading: 'target', align: 'left' },
      { heading: 'wanted', align: 'right' },
      { heading: 'reached', align: 'right' },
      { heading: '', align: 'left' },
    ],
    rows.flatMap(targetsOf),
  );
  return [table, '', ...curves, '', ...notes, '', targets].join('\n');
}
