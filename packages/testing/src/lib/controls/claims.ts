import { add, clipByValue, concat, fill, mul, ones, pad, slice, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { RowFunction, TransformedRow } from '../options.ts';
import { brokenLayer, type NegativeControl } from './broken.ts';
import { iteratedMap } from './iterated-map.ts';
import { sinhMap } from './sinh-map.ts';
import { soundAffine } from './sound-affine.ts';

/** Vectors of two turned by an eighth: each output depends on both inputs. */
const turn = (x: Tensor, sign: number): Tensor => {
  const rows = x.shape[0] as number;
  const [a, b] = [slice(x, [0, 0], [rows, 1]), slice(x, [0, 1], [rows, 1])];
  return mul(concat([sub(a, mul(b, sign)), add(mul(a, sign), b)], 1), Math.SQRT1_2);
};

/** x = z · softplus(logScale) + shift, where `soundAffine` has exp. */
const softplusAffine: RowFunction<TransformedRow> = (z, params) => {
  const scale = [...(params.get('logScale') ?? [])].map((number) => Math.log1p(Math.exp(number)));
  const shift = params.get('shift') ?? [];
  return {
    value: z.map((number, i) => number * (scale[i] as number) + (shift[i] as number)),
    logDet: scale.reduce((total, number) => total + Math.log(number), 0),
  };
};

/** Layers that are not what they claim to be. */
export const claimControls = (): readonly NegativeControl<'layer'>[] => [
  brokenLayer(
    'mixes-dimensions-and-denies-it',
    'jacobian-structure',
    'expected a diagonal Jacobian; output 0 depends on input 1',
    ({ eventShape }) => {
      const { forward, inverse, ...rest } = soundAffine(eventShape);
      return {
        ...rest,
        forward: (params, z, call) => forward(params, turn(z, 1), call),
        inverse: (params, x, call) => {
          const { value, logDet } = inverse(params, x, call);
          return { value: turn(value, -1), logDet };
        },
      };
    },
    { capabilities: { jacobian: 'diagonal' } },
  ),
  brokenLayer(
    'changes-what-it-claims-to-leave-alone',
    'jacobian-structure',
    'the entries that it claims to leave as they are (0): expected',
    ({ eventShape }) => soundAffine(eventShape),
    { capabilities: { unchanged: () => [0] } },
  ),
  brokenLayer(
    'gives-numbers-that-it-does-not-own-up-to',
    'support',
    'Expected numbers of 0 to Infinity and forward gave -',
    ({ eventShape }) => ({
      ...soundAffine(eventShape),
      support: {
        domain: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
        codomain: [0, Number.POSITIVE_INFINITY],
      },
    }),
  ),
  brokenLayer(
    'claims-a-constant-logdet',
    'constant-log-det',
    "forward's logDet: expected",
    ({ eventShape }) => sinhMap(eventShape),
    { capabilities: { constantLogDet: true } },
  ),
  brokenLayer(
    'answers-where-it-claims-to-lack-a-direction',
    'one-way',
    'forward: expected DiffeoError ONE_WAY, and it answered',
    ({ eventShape }) => ({
      ...soundAffine(eventShape),
      forward: (_, z) => ({ value: z, logDet: sum(mul(z, 0), 1) }),
    }),
    { capabilities: { lacks: 'forward' } },
  ),
  brokenLayer(
    'lacks-a-direction-without-saying-which-error',
    'one-way',
    'inverse: expected DiffeoError ONE_WAY and got TypeError',
    ({ eventShape }) => ({
      ...soundAffine(eventShape),
      inverse: () => {
        throw new TypeError('not implemented');
      },
    }),
    { capabilities: { lacks: 'inverse' } },
  ),
  brokenLayer(
    'iterates-too-few-times',
    'round-trip',
    'inverse(forward(z)): expected',
    ({ eventShape }) => iteratedMap(eventShape, 4),
    { capabilities: { iterates: { direction: 'inverse', tolerance: 1e-5 } } },
  ),
  brokenLayer(
    'hides-the-context-from-its-first-number',
    'context-everywhere',
    'entry 0 of the value is the same with two different contexts in every row',
    ({ eventShape, contextShape }) => {
      const { forward, inverse, ...rest } = soundAffine(eventShape);
      // What a mask without units of degree −1 does in an autoregressive network.
      const moved = (x: Tensor, context: Tensor | undefined, sign: number): Tensor => {
        const [rows, size] = x.shape as [number, number];
        if (!context) return x;
        const all = mul(sum(context, 1, true), mul(sign, ones([rows, size - 1])));
        return add(
          x,
          pad(all, [
            [0, 0],
            [1, 0],
          ]),
        );
      };
      return {
        ...rest,
        contextShape,
        forward: (params, z, call) => {
          const { value, logDet } = forward(params, z, {});
          return { value: moved(value, call.context, 1), logDet };
        },
        inverse: (params, x, call) => inverse(params, moved(x, call.context, -1), {}),
      };
    },
    { contextShapes: [[2]], capabilities: { usesContext: true, contextReachesAll: true } },
  ),
  brokenLayer(
    'loses-what-lies-beyond-its-bound',
    'round-trip-points',
    'inverse(forward(z)): expected 100 and got',
    ({ eventShape }) => {
      const { forward, ...rest } = soundAffine(eventShape);
      return {
        ...rest,
        forward: (params, z, call) => {
          const { value, logDet } = forward(params, z, call);
          return { value: clipByValue(value, -30, 30), logDet };
        },
      };
    },
    { points: [0.5, 100] },
  ),
  brokenLayer(
    'starts-with-another-slope',
    'identity-at-start',
    'forward.value: expected',
    ({ eventShape }) => ({
      ...soundAffine(eventShape),
      // log 1.294: the slope that a softplus of the wrong sharpness gives to the ends of a spline.
      init: () => ({ logScale: fill([...eventShape], 0.2577), shift: fill([...eventShape], 0) }),
    }),
    { capabilities: { identityAtStart: 1e-3 } },
  ),
  brokenLayer(
    'is-another-map-than-its-reference',
    'reference',
    'forward.value against its reference: expected',
    ({ eventShape }) => soundAffine(eventShape),
    { reference: { forward: softplusAffine } },
  ),
];
