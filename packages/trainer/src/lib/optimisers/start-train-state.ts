import type { Flow, FlowParams } from '@diffeo/core';
import { kernelNames } from '@diffeo/ops';
import { getBackend, getKernel } from '@tensorflow/tfjs-core';
import { composedTrainState } from './composed.ts';
import { fusedAdamTrainState } from './fused-adam.ts';
import { buildOptimiser, trainedLeavesOf } from './optimiser-definitions.ts';
import type { TrainState, TrainStateOptions } from './train-state.ts';

/** Parameters to train, which are its own from here on: by one kernel where the optimiser and the backend have it. */
export function startTrainState(model: Flow, initial: FlowParams, options: TrainStateOptions): TrainState {
  const trained = trainedLeavesOf(model.layout, options.freeze);
  const optimiser = buildOptimiser(options.optimiser, trained, options.definitions);
  const { fused } = optimiser;
  return fused && getKernel(kernelNames.adam, getBackend())
    ? fusedAdamTrainState(model, initial, { ...optimiser, fused }, options)
    : composedTrainState(model, initial, optimiser, options);
}
