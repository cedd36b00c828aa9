import { dots, pageTheme, plot } from '@diffeo/charts';
import { defineLayer, flow, leaf, normal } from '@diffeo/core';
import { fit, useWasm } from '@diffeo/trainer';
import {
  add,
  concat,
  mul,
  scalar,
  slice,
  square,
  zeros,
} from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';

await useWasm();

/** Bends the plane: x = (z₀, z₁ + a·z₀²). Areas stay, so logDet is 0. */
const bend = defineLayer({
  type: 'my-layers/bend',
  version: 1,
  schema: strictObject({}),
  build: (_config, { eventShape }) => {
    const column = (x, i) => slice(x, [0, i], [x.shape[0], 1]);
    const bent = (x, a) =>
      concat([column(x, 0), add(column(x, 1), mul(square(column(x, 0)), a))], 1);
    const map = (x, a) => ({ value: bent(x, a), logDet: zeros([x.shape[0]]) });
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      layout: { a: leaf([]) },
      init: () => ({ a: scalar(0) }),
      forward: ({ a }, z) => map(z, a),
      inverse: ({ a }, x) => map(x, mul(a, -1)),
    };
  },
});

const z = normal([5000, 2], 1);
const first = slice(z, [0, 0], [5000, 1]);
const x = concat(
  [first, add(slice(z, [0, 1], [5000, 1]), mul(square(first), 0.7))],
  1,
); // bent by 0.7

const model = flow({ eventShape: [2], layers: [bend()] });
const { params } = await fit(model, x, { steps: 200, learningRate: 2e-2, seed: 1 });
console.log('a =', params.layers[0].a.dataSync()[0].toFixed(2));

const samples = model.sample(params, { count: 1000, seed: 2 });
console.log(
  plot({
    title: 'Samples of the flow have the shape of the data, a parabola',
    width: 480,
    height: 300,
    theme: pageTheme,
    x: { domain: [-4, 4] },
    y: { domain: [-4, 8] },
    marks: [
      dots({ points: x.arraySync().slice(0, 1000), color: 'second', opacity: 0.5 }),
      dots({ points: samples.arraySync(), opacity: 0.5 }),
    ],
  }),
);
