import { disposeParams, type Flow, type FlowParams } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { numbersOf } from '@diffeo/kernels-wasm';
import { type AdamKernelAttributes, kernelNames } from '@diffeo/ops';
import {
  abs,
  add,
  div,
  engine,
  getBackend,
  getKernel,
  max,
  mul,
  type NamedAttrMap,
  type NamedTensorMap,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  zeros,
} from '@tensorflow/tfjs-core';
import { adamRates, beta1, beta2 } from './adam.ts';
import { flatParams } from './flat-params.ts';
import { trainedLeaves } from './trained-leaves.ts';

/** A tensor for each trained leaf, in file order, or all their numbers in one vector. */
export type Gradient = readonly Tensor[] | Float32Array;

/**
 * What is remembered of the steps done, in the order of the trained leaves. Adam's: running means of the gradients and of their
 * squares.
 */
export interface Moments {
  /** Steps done. */
  readonly step: number;
  readonly mean: Float32Array;
  readonly square: Float32Array;
  /** The running mean of the parameters, where one is kept. */
  readonly average?: Float32Array;
}

/** Parameters on their way down. They are its own, and so is the optimiser's state. */
export interface Descent {
  readonly params: FlowParams;
  /** How many numbers are trained. */
  readonly size: number;
  /**
   * One step of Adam down a gradient, shortened to `clipNorm` where it is longer; nothing where it is not finite. Several
   * gradients are added up in their order; the tensors of the first may hold the sum afterwards. Returns the norm.
   */
  step(gradients: readonly Gradient[], learningRate: number): number;
  moments(): Moments;
  dispose(): void;
}

/** How to descend. */
export interface DescentOptions {
  readonly clipNorm: number;
  readonly freeze: (path: string) => boolean;
  /** Where to go on from. Default: nothing is remembered. */
  readonly moments?: Moments | undefined;
}

/** A descent from parameters that are its own from here on: by one kernel where the backend has it. */
export const descent = (model: Flow, initial: FlowParams, options: DescentOptions): Descent =>
  (getKernel(kernelNames.adam, getBackend()) ? inPlace : composed)(model, initial, options);

const read = (scalar: Tensor): number => {
  const [value] = scalar.dataSync() as Float32Array;
  scalar.dispose();
  return value as number;
};

/** Moments on the device, of so many numbers: those given, or zeros. */
const startMoments = (size: number, given: Moments | undefined) =>
  tidied(() => ({
    mean: given ? (tensor1d(given.mean) as Tensor) : zeros([size]),
    square: given ? (tensor1d(given.square) as Tensor) : zeros([size]),
  }));

const readMoments = (step: number, state: { readonly mean: Tensor; readonly square: Tensor }): Moments => ({
  step,
  mean: (state.mean.dataSync() as Float32Array).slice(),
  square: (state.square.dataSync() as Float32Array).slice(),
});

function addNamed(inputs: NamedTensorMap, tensors: readonly Tensor[], name: string): void {
  for (const [i, tensor] of tensors.entries()) inputs[`${name}${i}`] = tensor;
}

/** Adam as one kernel that changes the parameters where they are. */
function inPlace(model: Flow, initial: FlowParams, { clipNorm, freeze, moments }: DescentOptions): Descent {
  const parameters = trainedLeaves(model.layout, initial, freeze);
  const size = parameters.reduce((total, tensor) => total + tensor.size, 0);
  const state = startMoments(size, moments);
  /** Where vectors of numbers stand on the device, by their place among the gradients. */
  const received = new Map<number, Tensor>();
  let steps = moments?.step ?? 0;

  function receive(numbers: Float32Array, index: number): Tensor {
    const tensor = received.get(index) ?? zeros([size]);
    received.set(index, tensor);
    (numbersOf(tensor) as Float32Array).set(numbers);
    return tensor;
  }

  return {
    params: initial,
    size,
    step: (gradients, learningRate) => {
      const attributes: AdamKernelAttributes = { ...adamRates(steps + 1, learningRate), beta1, beta2, clipNorm };
      const inputs: NamedTensorMap = { ...state };
      addNamed(inputs, parameters, 'parameter');
      for (const [i, gradient] of gradients.entries()) {
        if (gradient instanceof Float32Array) inputs[`gradient${i}`] = receive(gradient, i);
        else addNamed(inputs, gradient, `gradient${i}.`);
      }
      const norm = read(engine().runKernel(kernelNames.adam, inputs, attributes as unknown as NamedAttrMap) as Tensor);
      if (Number.isFinite(norm)) steps++;
      return norm;
    },
    moments: () => readMoments(steps, state),
    dispose: () => {
      for (const tensor of [...Object.values(state), ...received.values()]) tensor.dispose();
      disposeParams(model.layout, initial);
    },
  };
}

/** Of a gradient that is longer after clipping, squares are no float32. */
const largestLength = 1e19;

/** The norm of a gradient whose squares may be no float32; `Infinity` where they still are none after clipping. */
function lengthOf(gradient: Tensor, clipNorm: number): number {
  const norm = Math.sqrt(read(tidied(() => sum(square(gradient)))));
  if (norm < largestLength || Number.isNaN(norm)) return norm;
  const largest = read(tidied(() => max(abs(gradient))));
  if (!(largest < Infinity && clipNorm < largestLength)) return Infinity;
  return largest * Math.sqrt(read(tidied(() => sum(square(div(gradient, largest))))));
}

/** Adam composed of tfjs's own operations, over one vector of all parameters. */
function composed(model: Flow, initial: FlowParams, { clipNorm, freeze, moments }: DescentOptions): Descent {
  const flat = flatParams(model.layout, initial, freeze);
  let params = initial;
  let state = tidied(() => ({ vector: flat.flatten(params), ...startMoments(flat.size, moments) }));
  let steps = moments?.step ?? 0;

  const advance = (gradient: Tensor, learningRate: number) => {
    const { rate, epsilon } = adamRates(steps + 1, learningRate);
    const mean = add(mul(state.mean, beta1), mul(gradient, 1 - beta1));
    const squares = add(mul(state.square, beta2), mul(square(gradient), 1 - beta2));
    const vector = sub(state.vector, div(mul(mean, rate), add(sqrt(squares), epsilon)));
    return { state: { vector, mean, square: squares }, params: flat.unflatten(vector, params) };
  };

  return {
    get params() {
      return params;
    },
    size: flat.size,
    step: (gradients, learningRate) => {
      const gradient = tidied(() =>
        gradients
          .map((given) => (given instanceof Float32Array ? (tensor1d(given) as Tensor) : flat.join(given)))
          .reduce((total, given) => add(total, given)),
      );
      const norm = lengthOf(gradient, clipNorm);
      if (Number.isFinite(norm)) {
        const next = tidied(() => advance(norm > clipNorm ? mul(gradient, clipNorm / norm) : gradient, learningRate));
        for (const tensor of Object.values(state)) tensor.dispose();
        for (const tensor of trainedLeaves(model.layout, params, freeze)) tensor.dispose();
        ({ state, params } = next);
        steps++;
      }
      gradient.dispose();
      return norm;
    },
    moments: () => readMoments(steps, state),
    dispose: () => {
      for (const tensor of Object.values(state)) tensor.dispose();
      disposeParams(model.layout, params);
    },
  };
}
