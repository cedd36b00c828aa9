import { type Definition, defineTransform, type ElementwiseTransform, everywhere } from '@diffeo/core';
import { add, exp, mul, neg, sub, type Tensor } from '@tensorflow/tfjs-core';
import { maxValue, minValue, number, optional, picklist, pipe, strictObject, transform } from 'valibot';
import { type AffineScale, logScaleOf, scaleNames } from './affine-scale.ts';
import { parameterOf } from './elementwise.ts';

const options = strictObject({
  /** c: log-scales stay within ±c, so numbers are stretched by at most eᶜ. Of `tanh`, `atan` and `soft-clip`. Default 3. */
  bound: optional(pipe(number(), minValue(0.01), maxValue(20))),
  /**
   * What makes a scale of a raw number a. Log-scales are c·tanh(a/c) by `tanh`, (2c/π)·atan(πa/2c) by `atan`, a/(1 + |a/c|) by
   * `soft-clip`, and a by `exp`; scales are sigmoid(a + offset) + least by `sigmoid`, 1/sigmoid(a + offset) by `inverse-sigmoid` and softplus(a + offset) + least by
   * `softplus`. Default `tanh`.
   */
  scale: optional(picklist(scaleNames)),
  /** Of `sigmoid`, `inverse-sigmoid` and `softplus`: 2 for a sigmoid that starts near 1. Default 0. */
  offset: optional(pipe(number(), minValue(-20), maxValue(20))),
  /** Of `sigmoid` and `softplus`: no scale is below this. Default 1e-3. */
  least: optional(pipe(number(), minValue(0), maxValue(1))),
  /** Of `softplus`: no scale is above this. Default: none. */
  most: optional(pipe(number(), minValue(1e-3), maxValue(1e6))),
});

/** Which functions take the options that not all take. */
const takersOf = {
  bound: ['tanh', 'atan', 'soft-clip'],
  offset: ['sigmoid', 'inverse-sigmoid', 'softplus'],
  least: ['sigmoid', 'softplus'],
  most: ['softplus'],
} as const;
const optionNames = ['bound', 'offset', 'least', 'most'] as const;
type ScaleName = (typeof scaleNames)[number];
const takes = (scale: ScaleName, name: (typeof optionNames)[number]): boolean =>
  takersOf[name].some((taker) => taker === scale);

const defaultBound = 3;
/** The default bound is filled in where there is one: beside a scale without, it is an option that nobody gave. */
const schema = pipe(
  options,
  transform((config) => (takes(config.scale ?? 'tanh', 'bound') ? { bound: defaultBound, ...config } : config)),
);

/** {@link affine}, built, with log-scales c·tanh(a/c) within ±`bound`, or by another function. */
export function affineTransform(bound: number, scale: Omit<AffineScale, 'bound'> = {}): ElementwiseTransform {
  const logScale = (raw: Tensor): Tensor => logScaleOf({ bound, ...scale }, parameterOf(raw, 0, 2));
  return {
    parameters: 2,
    domain: everywhere,
    codomain: everywhere,
    forward: (x, raw) => {
      const s = logScale(raw);
      return { value: add(mul(x, exp(s)), parameterOf(raw, 1, 2)), logSlope: s };
    },
    inverse: (y, raw) => {
      const negative = neg(logScale(raw));
      return { value: mul(sub(y, parameterOf(raw, 1, 2)), exp(negative)), logSlope: negative };
    },
    ...((scale.scale ?? 'tanh') === 'tanh' && { kernel: { name: 'DiffeoAffine', attributes: { bound } } }),
  };
}

/**
 * The affine transform of RealNVP (Dinh et al. 2017, eq. 7–8) with log-scales bounded by `bound`: s = c·tanh(a/c), so that
 * the scale is symmetric around 1 and nothing overflows. Raw parameters are a, then the shift t.
 *
 * Other functions make the scale by `scale`: those of other libraries, for models that were trained there. They have no kernel.
 *
 * forward: x·eˢ + t, log-slope s. inverse: (y − t)·e⁻ˢ, log-slope −s.
 *
 * @throws DiffeoError `SHAPE`, when the flow is built, for `bound`, `offset`, `least` or `most` beside a scale that does not take it.
 */
export const affine: Definition<'transform', typeof schema> = /* @__PURE__ */ defineTransform({
  type: '@diffeo/ops/affine',
  version: 1,
  schema,
  build: (config, { fail }) => {
    for (const name of optionNames) {
      if (config[name] !== undefined && !takes(config.scale ?? 'tanh', name)) {
        fail(`'${name}' is for the scale ${takersOf[name].map((taker) => `'${taker}'`).join(' and ')}`);
      }
    }
    const { bound = defaultBound, ...scale } = config;
    return affineTransform(bound, scale);
  },
});
