import { contours, dots, type PlanePoint, pageTheme, plot } from '@diffeo/charts';
import { disposeParams, flow } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { fit, useWasm } from '@diffeo/trainer';
import { flowPictures } from '../../live/flow-pictures.ts';

const side = 560;
const cells = 90;
const window = { x: [-1.75, 2.75], y: [-1.45, 1.95] } as const;

/** Two moons as a flow has learnt them in 4000 steps: the picture of a page that runs no script. */
export async function drawPoster(): Promise<string> {
  await useWasm();
  const rows = twoMoons().sample(8000, 1);
  const x = toTensor(rows);
  const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 6, hidden: [32, 32] })] });
  const { params } = await fit(model, x, { steps: 4000, learningRate: 5e-3, seed: 1 });
  const pictures = flowPictures(model, window);
  const values = pictures.density(params, cells);
  const samples = pictures.samples(params, 400);
  pictures.dispose();
  disposeParams(model.layout, params);
  x.dispose();
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
      dots({ points: pairs(rows.values.slice(0, 800)), color: 'second', radius: 1.1, opacity: 0.5 }),
      dots({ points: pairs(samples), color: 'ink', radius: 1.1, opacity: 0.75 }),
    ],
  });
}
