import { diagonalNormal, type Flow, type FlowParams, flow, invert, normal, type Spec } from '@diffeo/core';
import { autoregressive, splineMAF } from '@diffeo/layers-autoregressive';
import { affineCoupling, coupling, neuralSpline, nice, realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { actnorm } from '@diffeo/layers-glow';
import { lowRankLinear, orthogonalLinear, permute, pluLinear, qrLinear, reverse } from '@diffeo/layers-linear';
import { maskedResidualMlp, residualMlp } from '@diffeo/networks';
import { affine, rationalQuadratic } from '@diffeo/ops';
import { randomiseParams } from '@diffeo/testing';
import { add, mul } from '@tensorflow/tfjs-core';

const deep = residualMlp({ width: 8, preactivation: true, activation: 'tanh' });
const gated = residualMlp({ width: 8, preactivation: true, context: 'gate' });

interface Example {
  readonly layers: readonly Spec<'layer'>[];
  readonly contextFeatures?: number;
  readonly base?: Spec<'base'>;
}

/** Flows of ours that have an equivalent in nflows. */
export const examples: Readonly<Record<string, Example>> = {
  realNVP: { layers: [standardise(), ...realNVP({ layers: 4, hidden: [8, 8] })] },
  'realNVP with a context': { layers: realNVP({ layers: 3, hidden: [8], activation: 'elu' }), contextFeatures: 2 },
  neuralSpline: {
    layers: [standardise({ robust: true }), ...neuralSpline({ layers: 4, hidden: [8], bins: 5, activation: 'tanh' })],
  },
  additive: { layers: [...nice({ layers: 3, hidden: [8] }).slice(0, -1), actnorm()] },
  'residual networks and permutations': {
    layers: [
      permute({ seed: 3 }),
      coupling({ transform: rationalQuadratic({ bins: 4, bound: 3 }), conditioner: deep }),
      reverse(),
      coupling({ transform: rationalQuadratic({ bins: 6, bound: 2 }), conditioner: deep, swap: true }),
    ],
    base: diagonalNormal(),
  },
  'gates by a context': {
    layers: [
      invert({ layer: coupling({ transform: affine({ scale: 'sigmoid', offset: 2 }), conditioner: gated }) }),
      affineCoupling({ conditioner: gated, swap: true, bound: 2 }),
    ],
    contextFeatures: 2,
  },
  splineMAF: {
    layers: [
      standardise(),
      ...splineMAF({ layers: 3, hidden: [8, 8, 8], bins: 5 }),
      ...splineMAF({ layers: 1, hidden: [7, 7], sequence: 'random', seed: 4, bound: 3 }),
    ],
  },
  'residual MAF with a context': {
    layers: (['forward', 'reverse'] as const).map((sequence) =>
      invert({
        layer: autoregressive({
          transform: affine({ scale: 'softplus' }),
          conditioner: maskedResidualMlp({
            width: 9,
            preactivation: true,
            context: 'blocks',
            activation: 'tanh',
            sequence,
          }),
          conditionOn: 'base',
        }),
      }),
    ),
    contextFeatures: 2,
  },
  'linear layers': {
    layers: [
      pluLinear({ init: 'rotation', bias: true }),
      orthogonalLinear({ init: 'rotation' }),
      qrLinear({ init: 'rotation' }),
      lowRankLinear(),
      actnorm(),
    ],
  },
};

/** One of the examples with parameters far from their start. */
export async function exampleOf(name: string): Promise<{ readonly model: Flow; readonly params: FlowParams }> {
  const { layers, contextFeatures, base } = examples[name] as Example;
  const model = flow({
    eventShape: [3],
    contextShape: contextFeatures ? [contextFeatures] : null,
    layers,
    ...(base && { base }),
  });
  const x = add(mul(normal([200, 3], 1), 2), 0.5);
  const started = await model.start(
    model.init(2),
    x,
    contextFeatures ? { context: normal([200, contextFeatures], 3) } : {},
  );
  return { model, params: randomiseParams(model.layout, started, 4, 0.3) };
}
