import { dots, labels, line, type PlanePoint, pageTheme, pixels, plot } from '@diffeo/charts';
import type { Painter, Picture } from '../lib/picture.ts';
import { written } from '../lib/written.ts';
import { boxes, entropy, type Look, type Looks, looks, plane, stepsBetween, trainBoth } from './train-both.ts';

/** How often training was asked for, and whether pictures between are unwelcome. */
export interface ForgetState extends Record<string, number | string> {
  readonly runs: number;
  readonly still: number;
}

export const initialForget: ForgetState = { runs: 0, still: 1 };

const size = 220;
/** Densities are drawn in full colour from here on. */
const dense = 0.5;
const highest = 20;

const cloudPlot = ({ cloud }: Look, how: string): string =>
  plot({
    title: `Data in the base, of the flow trained ${how} the logDet`,
    width: size,
    height: size,
    x: { domain: [-3.2, 3.2], ticks: [-2, 0, 2] },
    y: { domain: [-3.2, 3.2], ticks: [-2, 0, 2] },
    margin: { left: 28 },
    theme: pageTheme,
    marks: [dots({ points: cloud, color: 'third', radius: 1.6, opacity: 0.7 })],
  });

const densityPlot = ({ density }: Look, how: string): string =>
  plot({
    title: `The density of the flow trained ${how} the logDet`,
    width: size,
    height: size,
    x: { domain: plane, ticks: [-1, 0, 1, 2] },
    y: { domain: [plane[0] - 0.25, plane[1] - 0.25], ticks: [-1, 0, 1, 2] },
    margin: { left: 28 },
    theme: pageTheme,
    marks: [
      pixels({
        ...{ values: density, columns: boxes, rows: boxes, range: [0, dense] },
        ...{ x: plane, y: [plane[0] - 0.25, plane[1] - 0.25] },
      }),
    ],
  });

const column = (look: Look, how: string): string =>
  `<figure>${densityPlot(look, how)}<figcaption>its density</figcaption></figure><figure>${cloudPlot(look, how)}<figcaption>data in the base</figcaption></figure>`;

const lossPlot = (all: readonly Looks[]): string => {
  const curve = (of: (look: Looks) => number): PlanePoint[] =>
    all.map((look) => [look.step, Math.min(of(look), 2 * highest)]);
  const steps = looks * stepsBetween;
  const last = all.at(-1) as Looks;
  return plot({
    title: 'Losses against training steps: what the forgetful flow makes small falls, and its −log p rises',
    width: 460,
    height: 220,
    x: { domain: [0, steps], label: 'training step' },
    y: { domain: [0, highest], label: 'nats' },
    theme: pageTheme,
    marks: [
      line({
        points: [
          [0, entropy],
          [steps, entropy],
        ],
        color: 'muted',
        dash: [2, 4],
        width: 1.5,
      }),
      line({ points: curve(({ remembering }) => remembering.loss), color: 'first', width: 2.5 }),
      line({ points: curve(({ forgetting }) => forgetting.trainedLoss), color: 'second', width: 2.5, dash: [6, 4] }),
      line({ points: curve(({ forgetting }) => forgetting.loss), color: 'second', width: 2.5 }),
      ...(last.forgetting.loss > highest
        ? [
            labels({
              labels: [
                { text: `↑ ${written(last.forgetting.loss, 1)}`, at: [steps, highest], anchor: 'end', shift: [-4, 16] },
              ],
              color: 'second',
              bold: true,
            }),
          ]
        : []),
    ],
  });
};

const legend =
  '<ul class="legend"><li class="with">with the logDet: −log p, which is what it is trained on</li><li class="without">without: its −log p</li><li class="believed">without: what it is trained on, −log p(z)</li><li class="entropy">the entropy of the data: no model can have less</li></ul>';

/** Both flows, and how they came there. */
export const pictureOf = (all: readonly Looks[]): Picture => {
  const { step, remembering, forgetting } = all.at(-1) as Looks;
  return {
    with: column(remembering, 'with'),
    without: column(forgetting, 'without'),
    losses: `${lossPlot(all)}${legend}`,
    says: `After ${step} steps: with the logDet −log p is ${written(remembering.loss)} nats. Without it training has brought its own loss to ${written(forgetting.trainedLoss)} by putting all data on the peak of the base, and −log p is ${written(forgetting.loss)}.`,
  };
};

/** Trains and draws. */
export const paintForget: Painter<ForgetState> = async ({ runs, still }, show, signal) => {
  let last: readonly Looks[] = [];
  const see = (all: readonly Looks[]): void => {
    last = all;
    if (!still) show(pictureOf(all));
  };
  await trainBoth(1 + runs, see, signal);
  if (still && last.length > 0 && !signal.aborted) show(pictureOf(last));
};
