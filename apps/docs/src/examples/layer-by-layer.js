import { dots, pageTheme, plot } from '@diffeo/charts';
import { flow } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { fit, useWasm } from '@diffeo/trainer';

await useWasm();
const moons = twoMoons();
const layers = [standardise(), ...realNVP({ layers: 8, hidden: [32, 32] })];
const model = flow({ eventShape: [2], layers });
const { params } = await fit(model, toTensor(moons.sample(10_000, 1)), {
  steps: 600,
  learningRate: 5e-3,
  clipNorm: 1,
  seed: 1,
});

// The same 600 points, between the layers: from the base, on the left, to data.
// Left half and right half of the base keep their colours.
const z = model.drawBase(params, { count: 600, seed: 2 });
const right = z.arraySync().map(([first]) => first > 0);
const stages = model.trace(params, model.toData(params, z)); // from data to base
const after = (name, i) => [name, stages[i].value.arraySync()];

for (const [name, points] of [
  after('base', 8),
  after('2 layers', 6),
  after('4 layers', 4),
  after('6 layers', 2),
  after('data', 0),
]) {
  const half = (isRight) => points.filter((_, i) => right[i] === isRight);
  console.log(
    plot({
      title: `600 points at: ${name}`,
      width: 124,
      height: 140,
      theme: pageTheme,
      x: { domain: [-3, 3], ticks: 0, label: name },
      y: { domain: [-3, 3], ticks: 0 },
      marks: [
        dots({ points: half(false) }),
        dots({ points: half(true), color: 'second' }),
      ],
    }),
  );
}
