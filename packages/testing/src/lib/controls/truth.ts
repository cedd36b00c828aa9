import type { Bijector } from '@diffeo/core';
import {
  add,
  cosh,
  div,
  fill,
  log,
  mean,
  mul,
  neg,
  round,
  slice,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  tanh,
} from '@tensorflow/tfjs-core';
import { brokenLayer, type NegativeControl } from './broken.ts';
import { sinhMap } from './sinh-map.ts';
import { type AffineParams, soundAffine } from './sound-affine.ts';

type Change = (logDet: Tensor, params: AffineParams) => Tensor;

/** The sound map with another logDet in each direction. */
function withLogDets(sound: Bijector<AffineParams>, forward: Change, inverse: Change): Bijector<AffineParams> {
  return {
    ...sound,
    forward: (params, z, call) => {
      const { value, logDet } = sound.forward(params, z, call);
      return { value, logDet: forward(logDet, params) };
    },
    inverse: (params, x, call) => {
      const { value, logDet } = sound.inverse(params, x, call);
      return { value, logDet: inverse(logDet, params) };
    },
  };
}

/** Layers whose mathematics is wrong. */
export const truthControls = (): readonly NegativeControl<'layer'>[] => [
  brokenLayer('rounds-on-the-way-back', 'round-trip', 'inverse(forward(z)): expected', ({ eventShape }) => {
    const sound = soundAffine(eventShape);
    return {
      ...sound,
      inverse: (params, x, call) => {
        const { value, logDet } = sound.inverse(params, x, call);
        return { value: div(round(mul(value, 1000)), 1000), logDet };
      },
    };
  }),
  brokenLayer(
    'has-one-logdet-for-both-directions',
    'log-dets-cancel',
    'with its sign changed: expected',
    ({ eventShape }) => withLogDets(soundAffine(eventShape), (logDet) => logDet, neg),
  ),
  brokenLayer('has-the-wrong-sign', 'log-det-jacobian', "logDet against its Jacobian's: expected", ({ eventShape }) =>
    withLogDets(soundAffine(eventShape), neg, neg),
  ),
  brokenLayer('leaves-out-a-term', 'log-det-jacobian', "logDet against its Jacobian's: expected", ({ eventShape }) => {
    const first: Change = (logDet, { logScale }) => mul(fill(logDet.shape, 1), slice(logScale, [0], [1]));
    return withLogDets(soundAffine(eventShape), first, (logDet, params) => neg(first(logDet, params)));
  }),
  brokenLayer(
    'takes-the-mean-over-dimensions',
    'log-det-jacobian',
    "logDet against its Jacobian's: expected",
    ({ eventShape }) => {
      const perDimension: Change = (logDet) => div(logDet, eventShape[0] as number);
      return withLogDets(soundAffine(eventShape), perDimension, perDimension);
    },
  ),
  brokenLayer('mixes-rows', 'rows-alone', 'inverse.value, each row in a batch of its own', ({ eventShape }) => {
    const sound = soundAffine(eventShape);
    return {
      ...sound,
      inverse: (params, x, call) => {
        const { value, logDet } = sound.inverse(params, x, call);
        return { value: sub(value, mean(value, 0)), logDet };
      },
    };
  }),
  brokenLayer(
    'is-another-map-inside-other-layers',
    'chain-and-invert',
    'forward of a chain of it and x = 2z: value: expected',
    ({ eventShape, name }) => {
      const sound = soundAffine(eventShape);
      // `layers.0` by itself, `layers.0.0` in a chain.
      if (name.split('.').length === 2) return sound;
      return {
        ...sound,
        forward: (params, z, call) => sound.forward(params, mul(z, 1.5), call),
        inverse: (params, x, call) => {
          const { value, logDet } = sound.inverse(params, x, call);
          return { value: div(value, 1.5), logDet };
        },
      };
    },
  ),
  brokenLayer('fails-on-a-single-row', 'batch-sizes', 'forward of a batch of 1 threw', ({ eventShape }) => {
    const sound = soundAffine(eventShape);
    return { ...sound, forward: (params, z, call) => sound.forward(params, squeeze(z), call) };
  }),
  brokenLayer(
    'rebuilds-another-input',
    'recompute',
    'the gradient of forward with respect to its input: expected',
    ({ eventShape }) => {
      const sound = sinhMap(eventShape);
      return {
        ...sound,
        forward: (params, z, call) => {
          const { value, logDet } = sound.forward(params, z, call);
          return { value: add(value, mul(tanh(value), 0.01)), logDet };
        },
      };
    },
  ),
  brokenLayer(
    'covers-a-part-of-the-base',
    'density-integrates',
    'Expected the integral 1 and got 0.4',
    ({ eventShape }) => ({
      ...sinhMap(eventShape),
      forward: (_, z) => {
        const within = mul(tanh(z), 0.999);
        const value = mul(sub(log(add(within, 1)), log(sub(1, within))), 0.5);
        return { value, logDet: neg(sum(log(sub(1, square(within))), 1)) };
      },
      inverse: (_, x) => ({ value: tanh(x), logDet: neg(mul(2, sum(log(cosh(x)), 1))) }),
    }),
  ),
  brokenLayer('samples-another-density', 'samples-match-density', 'Expected the entropy', ({ eventShape }) => {
    const sound = soundAffine(eventShape);
    return {
      ...sound,
      forward: (params, z, call) => {
        const { value, logDet } = sound.forward(params, z, call);
        return { value: mul(value, 2), logDet };
      },
    };
  }),
];
