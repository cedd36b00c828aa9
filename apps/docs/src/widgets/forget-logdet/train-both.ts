import type { PlanePoint } from '@diffeo/charts';
import { disposeParams, type Flow, type FlowParams, flow, negativeLogLikelihood } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { constant, fit } from '@diffeo/trainer';
import { exp, slice, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { middles, pairs } from '../lib/lattice.ts';
import { forgetful } from './forgetful.ts';

/** Steps between two looks, and how many looks there are. */
export const stepsBetween = 60;
export const looks = 8;
/** Where densities are computed: boxes along each side of this square. */
export const plane = [-2, 3] as const;
export const boxes = 56;
const shown = 300;

/** What one of the two flows is at. */
export interface Look {
  /** Where data come to lie in the base. */
  readonly cloud: readonly PlanePoint[];
  /** The density that the flow has, with the logDet, box after box. */
  readonly density: Float32Array;
  /** What training made small, mean over held-out data, nats. */
  readonly trainedLoss: number;
  /** The mean of −log p, nats. */
  readonly loss: number;
}

/** Both flows after so many steps. */
export interface Looks {
  readonly step: number;
  readonly remembering: Look;
  readonly forgetting: Look;
}

const layers = realNVP({ layers: 6, hidden: [32, 32] });
const honest = flow({ eventShape: [2], layers });
const models = {
  remembering: honest,
  forgetting: flow({ eventShape: [2], layers: layers.map((layer) => forgetful({ layer })) }),
};

const moons = twoMoons();

/** The least mean −log p that there is, nats. */
export const entropy = moons.entropy;

/** The parameters of both flows are the same trees, so each can be looked at with the logDet. */
const lookAt = (model: Flow, params: FlowParams, heldOut: Tensor): Look =>
  tidied(() => {
    const first = slice(heldOut, [0, 0], [shown, 2]);
    const points = middles(boxes, plane).map(([x, y]): [number, number] => [x, y - 0.25]);
    return {
      cloud: pairs(honest.toBase(params, first).value.dataSync()),
      density: exp(honest.logProb(params, tensor2d(points))).dataSync() as Float32Array,
      trainedLoss: negativeLogLikelihood(model, params, heldOut).dataSync()[0] as number,
      loss: negativeLogLikelihood(honest, params, heldOut).dataSync()[0] as number,
    };
  });

/** Trains the same flow twice, with the logDet and without, from the same parameters on the same data, and looks now and then. */
export async function trainBoth(
  seed: number,
  see: (all: readonly Looks[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const [x, heldOut] = [toTensor(moons.sample(4000, seed)), toTensor(moons.sample(1000, seed + 1000))];
  const params = { remembering: honest.init(seed), forgetting: honest.init(seed) };
  const names = ['remembering', 'forgetting'] as const;
  const all: Looks[] = [];
  try {
    for (let look = 0; look <= looks && !signal.aborted; look++) {
      for (const name of look > 0 ? names : []) {
        const fitted = await fit(models[name], x, {
          ...{ params: params[name], steps: stepsBetween, validation: 0, seed: seed + look },
          ...{ batchSize: 256, learningRate: 6e-3 * (1 - (0.85 * look) / looks), schedule: constant(), signal },
        });
        disposeParams(honest.layout, params[name]);
        params[name] = fitted.params;
      }
      if (signal.aborted) return;
      const [remembering, forgetting] = names.map((name) => lookAt(models[name], params[name], heldOut)) as [
        Look,
        Look,
      ];
      all.push({ step: look * stepsBetween, remembering, forgetting });
      see(all);
    }
  } finally {
    for (const name of names) disposeParams(honest.layout, params[name]);
    for (const tensor of [x, heldOut]) tensor.dispose();
  }
}
