import { add, mul, sub } from '@tensorflow/tfjs-core';
import { brokenBase, type NegativeControl } from './broken.ts';
import { irregular } from './irregular.ts';
import { soundNormal } from './sound-normal.ts';

/** Base distributions that are broken in what layers have not. */
export const baseControls = (): readonly NegativeControl<'base'>[] => [
  brokenBase('is-not-normalised', 'density-integrates', 'Expected the integral 1 and got 0.90', ({ eventShape }) => {
    const sound = soundNormal(eventShape);
    return { ...sound, logProb: (params, z, call) => sub(sound.logProb(params, z, call), 0.1) };
  }),
  brokenBase('samples-too-widely', 'samples-match-density', 'Expected the entropy', ({ eventShape }) => {
    const sound = soundNormal(eventShape);
    return { ...sound, sample: (params, count, seed, _, call) => sound.sample(params, count, seed, 1.5, call) };
  }),
  brokenBase(
    'is-another-density-than-its-reference',
    'reference',
    'logProb.logProb against its reference: expected',
    ({ eventShape }) => soundNormal(eventShape),
    { reference: { logProb: (z) => -Math.LN2 - z.reduce((total, number) => total + Math.abs(number), 0) } },
  ),
  brokenBase(
    'uses-a-context-that-it-does-not-claim',
    'context-declared',
    'logProb.logProb with another context, which it does not declare: expected',
    ({ eventShape }) => {
      const sound = soundNormal(eventShape);
      return {
        ...sound,
        logProb: (params, z, call) => sound.logProb(params, call.context ? add(z, call.context) : z, call),
      };
    },
    { contextShapes: [[2]] },
  ),
  brokenBase(
    'claims-to-use-a-context',
    'context-reaches',
    'gives the same with two different ones',
    ({ eventShape }) => soundNormal(eventShape),
    { contextShapes: [[2]], capabilities: { usesContext: true } },
  ),
  brokenBase(
    'always-samples-something',
    'sample-shapes',
    'must return samples [0, 2] and returned [1, 2]',
    ({ eventShape }) => {
      const sound = soundNormal(eventShape);
      return {
        ...sound,
        sample: (params, count, seed, temperature, call) =>
          sound.sample(params, Math.max(1, count), seed, temperature, call),
      };
    },
  ),
  brokenBase('ignores-the-seed', 'sample-seeds', 'Two different seeds gave the same samples', ({ eventShape }) => {
    const sound = soundNormal(eventShape);
    return {
      ...sound,
      sample: (params, count, _, temperature, call) => sound.sample(params, count, 1, temperature, call),
    };
  }),
  brokenBase('samples-at-random', 'sample-seeds', 'samples with the same seed: expected', ({ eventShape }) => {
    const sound = soundNormal(eventShape);
    const random = irregular();
    return {
      ...sound,
      sample: (params, count, _, temperature, call) =>
        sound.sample(params, count, Math.floor(random() * 2 ** 32), temperature, call),
    };
  }),
  brokenBase('ignores-temperature', 'temperature', 'Temperatures 0 and 1 gave the same samples', ({ eventShape }) => {
    const sound = soundNormal(eventShape);
    return { ...sound, sample: (params, count, seed, _, call) => sound.sample(params, count, seed, 1, call) };
  }),
  brokenBase('squares-temperature', 'temperature', 'samples at temperature 0.5: expected', ({ eventShape }) => {
    const sound = soundNormal(eventShape);
    return {
      ...sound,
      sample: (params, count, seed, temperature, call) =>
        sound.sample(params, count, seed, mul(temperature, temperature), call),
    };
  }),
];
