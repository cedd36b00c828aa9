import { mul, sub } from '@tensorflow/tfjs-core';
import { brokenBase, type NegativeControl } from './broken.ts';
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
    return {
      ...sound,
      sample: (params, count, _, temperature, call) =>
        sound.sample(params, count, Math.floor(Math.random() * 2 ** 32), temperature, call),
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
