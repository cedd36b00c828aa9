import { flow } from '@diffeo/core';
import { imageCoupling } from '@diffeo/layers-coupling';
import { glow } from '@diffeo/layers-glow';
import { invertibleConv1x1 } from '@diffeo/layers-linear';

const preset = glow({
  coupling: imageCoupling,
  linear: invertibleConv1x1,
  levels: 2,
  steps: 2,
  width: 32,
});
const model = flow({ eventShape: [16, 16, 1], layers: preset });

// A preset is a list of specs, and a spec is JSON: here one layer,
// which holds those of its levels.
const { levels } = preset[0].config;
const name = (spec) => spec.$type.split('/').at(-1);
console.table(
  levels.map(({ layers }, i) => ({
    level: i + 1,
    'data → base': layers.map(name).join(', '),
  })),
);
console.table(
  model.latents.map((latent) => ({ latent: latent.name, numbers: latent.size })),
);
