import { leaf } from '@diffeo/core';
import { add, exp, fill, getBackend, log, minimum, mul, neg, sqrt, square, sub, zeros } from '@tensorflow/tfjs-core';
import { brokenLayer, type NegativeControl } from './broken.ts';
import { changedGradient } from './changed-gradient.ts';
import { type AffineParams, soundAffine } from './sound-affine.ts';

/** Layers that go wrong in numbers or in training. */
export const numberControls = (): readonly NegativeControl<'layer'>[] => [
  brokenLayer(
    'overflows',
    'finite-values',
    'inverse.value: expected a finite number and got Infinity',
    ({ eventShape }) => {
      const sound = soundAffine(eventShape);
      return { ...sound, inverse: (params, x, call) => sound.inverse(params, log(exp(x)), call) };
    },
  ),
  brokenLayer(
    'has-no-gradient-at-0',
    'finite-gradients',
    'expected a finite number and got NaN in row 0, at the input (0.00000, 0.00000)',
    ({ eventShape }) => {
      const sound = soundAffine(eventShape);
      return {
        ...sound,
        inverse: (params, x, call) => sound.inverse(params, add(x, mul(sqrt(square(x)), 0)), call),
      };
    },
  ),
  brokenLayer(
    'has-no-bound-on-its-scale',
    'far-parameters',
    'with every trainable parameter at 20: expected a finite number and got Infinity',
    ({ eventShape }) => {
      const sound = soundAffine(eventShape);
      const steep = ({ logScale, shift }: AffineParams): AffineParams => ({ logScale: mul(logScale, 8), shift });
      return {
        ...sound,
        forward: (params, z, call) => sound.forward(steep(params), z, call),
        inverse: (params, x, call) => sound.inverse(steep(params), x, call),
      };
    },
  ),
  brokenLayer('breaks-once-it-has-learned', 'trained-round-trip', 'inverse(forward(z)): expected', ({ eventShape }) => {
    const sound = soundAffine(eventShape);
    // A scale of e⁻³ at the start, which training takes back; one way round it stops half-way.
    const lowered = ({ logScale, shift }: AffineParams): AffineParams => ({ logScale: sub(logScale, 3), shift });
    return {
      ...sound,
      forward: ({ logScale, shift }, z, call) =>
        sound.forward(lowered({ logScale: minimum(logScale, 1.2), shift }), z, call),
      inverse: (params, x, call) => sound.inverse(lowered(params), x, call),
    };
  }),
  brokenLayer(
    'differs-by-backend',
    'compare-backends',
    'inverse.value on wasm, against cpu: expected',
    ({ eventShape }) => {
      const sound = soundAffine(eventShape);
      return {
        ...sound,
        inverse: (params, x, call) => sound.inverse(params, mul(x, getBackend() === 'wasm' ? 1.001 : 1), call),
      };
    },
  ),
  brokenLayer(
    'has-a-parameter-without-effect',
    'parameter-gradients',
    "at 'layers.0.spare': expected it not to vanish",
    ({ eventShape }) => {
      const sound = soundAffine(eventShape);
      return {
        ...sound,
        layout: { ...sound.layout, spare: leaf([3]) },
        init: (seed) => ({ ...sound.init(seed), spare: zeros([3]) }),
      };
    },
  ),
  brokenLayer(
    'cuts-the-gradient',
    'parameter-gradients',
    "at 'layers.0.shift': expected it not to vanish",
    ({ eventShape }) => {
      const sound = soundAffine(eventShape);
      const cut = ({ logScale, shift }: AffineParams): AffineParams => ({
        logScale,
        shift: mul(fill([...eventShape], shift.dataSync()[0] as number), 1),
      });
      return {
        ...sound,
        forward: (params, z, call) => sound.forward(cut(params), z, call),
        inverse: (params, x, call) => sound.inverse(cut(params), x, call),
      };
    },
  ),
  brokenLayer('has-a-wrong-gradient', 'taylor-test', 'Expected order 2 and got 1.', ({ eventShape }) => {
    const sound = soundAffine(eventShape);
    return {
      ...sound,
      inverse: ({ logScale, shift }: AffineParams, x, call) =>
        sound.inverse({ logScale, shift: changedGradient(shift, (dy) => mul(dy, 1.2)) }, x, call),
    };
  }),
  brokenLayer('draws-other-noise-each-way', 'seeded-noise', 'inverse(forward(z)): expected', ({ eventShape }) => {
    const sound = soundAffine(eventShape);
    return {
      ...sound,
      forward: (params, z, call) => sound.forward(params, call.seed === undefined ? z : add(z, 0.1), call),
      inverse: (params, x, call) => {
        const { value, logDet } = sound.inverse(params, x, call);
        return { value: call.seed === undefined ? value : sub(value, 0.2), logDet: neg(neg(logDet)) };
      },
    };
  }),
];
