import { disposeParams, type Flow, type FlowParams, type Params } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { writeNumbers } from '@diffeo/kernels-wasm';
import { add, mul, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { flatParams } from '../training/flat-params.ts';
import { trainableTensors } from '../training/trainable-tensors.ts';
import { lengthOf } from './gradient-length.ts';
import type { Optimiser } from './optimiser.ts';
import { readState, writeState } from './optimiser-state.ts';
import type { TrainState, TrainStateOptions } from './train-state.ts';

/** Steps composed of tfjs's own operations, over one vector of all parameters: for any optimiser, on any backend. */
export function composedTrainState(
  model: Flow,
  initial: FlowParams,
  optimiser: Optimiser,
  { clipNorm, freeze, state: before }: TrainStateOptions,
): TrainState {
  const { layout } = optimiser;
  const flat = flatParams(model.layout, initial, freeze);
  let params = initial;
  let steps = before?.step ?? 0;
  let vector = tidied(() => flat.flatten(params));
  let state = tidied(() => (before ? writeState(layout, before) : optimiser.init()) as never) as Params;

  /** Takes the vector's numbers over: where they are if that can be, so that what is replayed finds them there. */
  function spread(): void {
    const trained = trainableTensors(model.layout, params, freeze);
    if (writeNumbers(trained, vector)) return;
    const next = tidied(() => flat.unflatten(vector, params));
    for (const tensor of trained) tensor.dispose();
    params = next;
  }

  function step(gradient: Tensor, learningRate: number): void {
    const next = tidied(() => {
      const { update, state: after } = optimiser.update(gradient, state, {
        parameters: vector,
        step: steps + 1,
        learningRate,
      });
      return { vector: add(vector, update), state: after } as never;
    }) as { readonly vector: Tensor; readonly state: Params };
    vector.dispose();
    // A part may pass its state on as it was.
    if (next.state !== state) disposeParams(layout, state);
    ({ vector, state } = next);
    steps++;
    spread();
  }

  return {
    get params() {
      return params;
    },
    size: flat.size,
    shares: false,
    applyGradients: async (gradients, learningRate, { loss = 0 } = {}) => {
      const gradient = tidied(() =>
        gradients
          .map((given) => (given instanceof Float32Array ? (tensor1d(given) as Tensor) : flat.join(given)))
          .reduce((total, given) => add(total, given)),
      );
      const [norm, value] = await Promise.all([lengthOf(gradient, clipNorm), loss]);
      if (Number.isFinite(norm) && Number.isFinite(value)) {
        const clipped = norm > clipNorm ? tidied(() => mul(gradient, clipNorm / norm)) : gradient;
        step(clipped, learningRate);
        if (clipped !== gradient) clipped.dispose();
      }
      gradient.dispose();
      return norm;
    },
    state: () => readState(steps, layout, state),
    dispose: () => {
      vector.dispose();
      disposeParams(layout, state);
      disposeParams(model.layout, params);
    },
  };
}
