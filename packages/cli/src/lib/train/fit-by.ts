import type { Flow } from '@diffeo/core';
import { flowMatching } from '@diffeo/layers-continuous';
import { type FitOptions, type Fitted, fit, minimise } from '@diffeo/trainer';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LossName } from '../options/flow-names.ts';

/** Trains a flow on rows. */
type FitBy = (model: Flow, rows: Tensor, options: FitOptions) => Promise<Fitted>;

/** By what name a flow is trained. */
export const fitBy: Readonly<Record<LossName, FitBy>> = {
  likelihood: fit,
  'flow-matching': (model, data, { gradient: _, ...options }) =>
    minimise(model, flowMatching(model), { ...options, data }),
};
