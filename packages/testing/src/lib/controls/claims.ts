import { add, concat, mul, slice, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
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
    'is-another-map-than-its-reference',
    'reference',
    'forward.value against its reference: expected',
    ({ eventShape }) => soundAffine(eventShape),
    { reference: { forward: softplusAffine } },
  ),
];
