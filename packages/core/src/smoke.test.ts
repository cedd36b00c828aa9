import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { expect, test } from 'vitest';
import {
  coreDefinitions,
  defineLayer,
  flow,
  gradients,
  leaf,
  leaves,
  load,
  negativeLogLikelihood,
  normalMixture,
  save,
} from './index.ts';

const shift = defineLayer({
  type: 'x/shift',
  version: 1,
  schema: strictObject({}),
  build: (_, { eventShape }) => ({
    eventShape,
    baseShape: eventShape,
    contextShape: null,
    layout: { shift: leaf(eventShape), logScale: leaf(eventShape) },
    init: () => ({ shift: tf.zeros([...eventShape]), logScale: tf.fill([...eventShape], 0.1) }),
    forward: (p, z) => ({
      value: tf.add(tf.mul(z, tf.exp(p.logScale)), p.shift),
      logDet: tf.mul(tf.ones([z.shape[0]!]), tf.sum(p.logScale)),
    }),
    inverse: (p, x) => ({
      value: tf.mul(tf.sub(x, p.shift), tf.exp(tf.neg(p.logScale))),
      logDet: tf.mul(tf.ones([x.shape[0]!]), tf.neg(tf.sum(p.logScale))),
    }),
  }),
});
test('smoke', async () => {
  await tf.setBackend('cpu');
  const model = flow({ eventShape: [2], layers: [shift(), shift()], base: normalMixture({ components: 3 }) });
  const p = model.init(1);
  const x = tf.randomNormal([5, 2]);
  const g1 = gradients(model.layout, p, (q) => negativeLogLikelihood(model, q, x));
  const g2 = gradients(model.layout, p, (q) => negativeLogLikelihood(model, q, x, { gradient: 'recompute' }));
  g1.gradients.forEach((g, i) => {
    expect(g.tensor.dataSync()[0]).toBeCloseTo(g2.gradients[i]!.tensor.dataSync()[0]!, 5);
  });
  console.log(g1.gradients.map((g) => `${g.path} ${g.tensor}`).join('\n'));
  const bytes = await save(model, p);
  const back = load(bytes, { definitions: [...coreDefinitions, shift] });
  expect(back.model.logProb(back.params, x).dataSync()).toEqual(model.logProb(p, x).dataSync());
  console.log(
    leaves(model.layout, p).map((l) => l.path),
    model.sample(p, { count: 3, seed: 4 }).toString(),
  );
});
