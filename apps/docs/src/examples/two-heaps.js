import { dots, pageTheme, plot } from '@diffeo/charts';
import { flow, normal, normalMixture } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { fit, score, useWasm } from '@diffeo/trainer';
import { add, concat, mul, slice } from '@tensorflow/tfjs-core';

await useWasm();

// Two thirds of the rows lie here, one third there.
const draw = (count, seed) => {
  const z = normal([count, 2], seed);
  const here = add(mul(slice(z, 0, (2 * count) / 3), [0.3, 1]), [-3, 0]);
  const there = add(mul(slice(z, (2 * count) / 3), [1, 0.3]), [3, 0]);
  return concat([here, there]);
};
const [x, unseen] = [draw(9000, 1), draw(9000, 2)];

const layers = () => [standardise(), ...realNVP({ layers: 4, hidden: [16, 16] })];
const models = {
  'one cloud as base': flow({ eventShape: [2], layers: layers() }),
  'a mixture as base': flow({
    eventShape: [2],
    layers: layers(),
    base: normalMixture({ components: 4 }),
  }),
};

// What the true density comes to: of which heap a row is, and where in it.
const ofWhich = (2 / 3) * Math.log(3 / 2) + (1 / 3) * Math.log(3);
const least = ofWhich + Math.log(2 * Math.PI * Math.E) + Math.log(0.3);

// Between the heaps there is next to nothing.
const between = (points) => points.filter(([x]) => x > -1.5 && x < 0).length;
const row = (base, loss, points) => ({
  base,
  'loss on unseen rows, nats': loss.toFixed(3),
  'between the heaps': `${((100 * between(points)) / points.length).toFixed(1)} %`,
});

const losses = [];
for (const [name, model] of Object.entries(models)) {
  const { params } = await fit(model, x, {
    steps: 500,
    learningRate: 5e-3,
    seed: 1,
  });
  const scores = await score(model, params, unseen);
  const loss = -scores.reduce((sum, value) => sum + value, 0) / scores.length;
  const drawn = model.sample(params, { count: 9000, seed: 3 }).arraySync();
  losses.push(row(name, loss, drawn));
  console.log(
    plot({
      title: `Samples of a flow with ${name}`,
      width: 320,
      height: 240,
      theme: pageTheme,
      x: { domain: [-6, 6], label: name },
      y: { domain: [-4, 4] },
      marks: [dots({ points: drawn.slice(0, 1500), radius: 1.5 })],
    }),
  );
}
losses.push(row('the truth', least, unseen.arraySync()));
console.table(losses);
