import { type Flow, flow } from '@diffeo/core';
import { maf } from '@diffeo/layers-autoregressive';
import { imageCoupling, neuralSpline, realNVP } from '@diffeo/layers-coupling';
import { glow } from '@diffeo/layers-glow';
import { invertibleConv1x1 } from '@diffeo/layers-linear';

/** A flow, and how many rows it is given at once. */
export interface OnnxModel {
  readonly name: string;
  readonly model: Flow;
  readonly batches: readonly number[];
}

const batches = [1, 1024];

/** Flows of the kinds that people export. */
export const onnxModels = (): readonly OnnxModel[] => [
  { name: 'RealNVP', model: flow({ eventShape: [16], layers: realNVP({ layers: 8, hidden: [64, 64] }) }), batches },
  {
    name: 'splines',
    model: flow({ eventShape: [16], layers: neuralSpline({ layers: 4, hidden: [64, 64] }) }),
    batches,
  },
  { name: 'MAF', model: flow({ eventShape: [8], layers: maf({ layers: 4, hidden: [64] }) }), batches },
  {
    name: 'Glow',
    model: flow({
      eventShape: [16, 16, 1],
      layers: glow({ coupling: imageCoupling, linear: invertibleConv1x1, levels: 2, steps: 4, width: 32 }),
    }),
    batches: [1, 64],
  },
];

/** The least that shows that everything runs. */
export const smallOnnxModels = (): readonly OnnxModel[] => [
  { name: 'RealNVP', model: flow({ eventShape: [2], layers: realNVP({ layers: 2, hidden: [4] }) }), batches: [1, 4] },
];
