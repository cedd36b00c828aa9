import { contours, dots, type PlanePoint, pageTheme, plot } from '@diffeo/charts';
import { disposeParams, flow } from '@diffeo/core';
import { toTensor } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { fit, useWasm } from '@diffeo/trainer';
import { flowPictures } from '../../live/flow-pictures.ts';
import { liveData } from '../../live/live-data.ts';
import { type Reference, referenceOf } from '../../live/reference.ts';
import type { LossPoint } from './loss-curve.ts';
import { defaults, setupOf } from './settings.ts';

const side = 560;
const cells = 90;
const window = { x: [-1.75, 2.75], y: [-1.45, 1.95] } as const;

/** What the landing page shows before anything runs in it. */
export interface Poster {
  readonly svg: string;
  readonly steps: number;
  /** Losses of validation, in nats, the one at the end last. */
  readonly losses: readonly LossPoint[];
  readonly reference: Reference;
}

/** Two moons as the flow of the landing page learns them with its own settings. */
export async function drawPoster(): Promise<Poster> {
  await useWasm();
  const { data, seed, couplings, learningRate, steps } = defaults;
  const { hidden, batchSize } = setupOf(defaults);
  const { train, validation, ...known } = liveData(data, seed);
  const [x, heldOut] = [toTensor(train), toTensor(validation)];
  const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: couplings, hidden })] });
  const options = { steps, learningRate, batchSize, seed, validation: heldOut, validateEvery: steps / 60 };
  const { params, history } = await fit(model, x, options);
  const pictures = flowPictures(model, window);
  const values = pictures.density(params, cells);
  const samples = pictures.samples(params, 400);
  pictures.dispose();
  disposeParams(model.layout, params);
  for (const tensor of [x, heldOut]) tensor.dispose();
  return {
    svg: picture(values, train.values.subarray(0, 800), samples),
    steps,
    losses: history.flatMap(({ step, validation: loss }) => (loss === undefined ? [] : [{ step, loss }])),
    reference: await referenceOf({ train, validation, ...known }),
  };
}

function picture(values: Float32Array, data: Float32Array, samples: Float32Array): string {
  const highest = values.reduce((found, value) => Math.max(found, value), 0);
  const pairs = (numbers: Float32Array): PlanePoint[] =>
    Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i] as number, numbers[2 * i + 1] as number]);
  return plot({
    title: 'The density that a flow has learnt from two moons, its samples, and the data',
    ...{ width: side, height: side, theme: pageTheme },
    x: { domain: window.x, ticks: 0 },
    y: { domain: window.y, ticks: 0 },
    marks: [
      contours({
        ...{ values, columns: cells, rows: cells, ...window, opacity: 0.16 },
        thresholds: [0.04, 0.09, 0.16, 0.28, 0.42, 0.58, 0.75].map((share) => share * highest),
      }),
      dots({ points: pairs(data), color: 'second', radius: 1.1, opacity: 0.5 }),
      dots({ points: pairs(samples), color: 'ink', radius: 1.1, opacity: 0.75 }),
    ],
  });
}
