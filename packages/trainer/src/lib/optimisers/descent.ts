import { disposeParams, type Flow, type FlowParams } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { numbersOf } from '@diffeo/kernels-wasm';
import { type AdamKernelAttributes, type AdamPart, kernelNames } from '@diffeo/ops';
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
  Tensor,
  tensor1d,
  zeros,
} from '@tensorflow/tfjs-core';
import { flatParams } from '../training/flat-params.ts';
import { trainableTensors } from '../training/trainable-tensors.ts';
import { adamRates, beta1, beta2 } from './adam.ts';

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

/** The parts that workers divide all numbers into. A norm is made of those of the parts, so that it is the same for all who have them. */
export interface Parts {
  readonly parts: readonly AdamPart[];
}

/** How workers share a step down the sum of their gradients: each takes a part. */
export interface SharedStep extends Parts {
  /** Which part is this worker's. */
  readonly own: number;
  /** What each brings, in the order of the workers. */
  gather(own: number): readonly number[];
  /** `write` puts this worker's part of a vector in its place. Returns the vector with the parts of all. */
  merge(write: (whole: Float32Array) => void): Float32Array;
}

/** Runs `f` on all numbers that are not in this worker's part: see {@link eachWithin}. */
export function eachOutside(
  tensors: readonly Tensor[],
  { parts, own }: SharedStep,
  f: (numbers: Float32Array, from: number) => void,
): void {
  for (const [i, part] of parts.entries()) if (i !== own) eachWithin(tensors, part, f);
}

/** Parameters on their way down. They are its own, and so is the optimiser's state. */
export interface Descent {
  readonly params: FlowParams;
  /** How many numbers are trained. */
  readonly size: number;
  /** Whether a step can be shared. */
  readonly shares: boolean;
  /**
   * One step of Adam down a gradient, shortened to `clipNorm` where it is longer; nothing where it is not finite. Several
   * gradients are added up in their order; the tensors of the first may hold the sum afterwards. Returns the norm. Of a step that
   * is shared, what is remembered is right in this worker's part alone.
   */
  step(gradients: readonly Gradient[], learningRate: number, share?: Parts | SharedStep): number;
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

/** Runs `f` on the numbers of every tensor that lie in a part of the vector of all, on the WASM backend, and on where they begin there. */
function eachWithin(
  tensors: readonly Tensor[],
  { begin, end }: AdamPart,
  f: (numbers: Float32Array, from: number) => void,
): void {
  let offset = 0;
  for (const tensor of tensors) {
    const [from, to] = [Math.max(begin, offset), Math.min(end, offset + tensor.size)];
    if (from < to) f((numbersOf(tensor) as Float32Array).subarray(from - offset, to - offset), from);
    offset += tensor.size;
  }
}

const sameTensors = (a: readonly Tensor[], b: readonly Tensor[]): boolean =>
  a.length === b.length && a.every((tensor, i) => tensor === b[i]);

/** Adam by kernels that change the parameters where they are. */
function inPlace(model: Flow, initial: FlowParams, { clipNorm, freeze, moments }: DescentOptions): Descent {
  const parameters = trainableTensors(model.layout, initial, freeze);
  const size = parameters.reduce((total, tensor) => total + tensor.size, 0);
  const state = startMoments(size, moments);
  /** Where vectors of numbers stand on the device, by their place among the gradients. */
  const received = new Map<number, Tensor>();
  let known: { readonly given: readonly Tensor[]; readonly inputs: NamedTensorMap } | null = null;
  let steps = moments?.step ?? 0;
  const whole: AdamPart = { begin: 0, end: size };

  function receive(numbers: Float32Array, index: number, { begin, end }: AdamPart): Tensor {
    const tensor = received.get(index) ?? zeros([size]);
    received.set(index, tensor);
    (numbersOf(tensor) as Float32Array).set(numbers.subarray(begin, end), begin);
    return tensor;
  }

  /** What the kernels take: the same object for the same tensors, by which they remember where everything is. */
  function inputsFor(gradients: readonly Gradient[], part: AdamPart): NamedTensorMap {
    const placed = gradients.map((gradient, i) =>
      gradient instanceof Float32Array ? receive(gradient, i, part) : gradient,
    );
    const given = placed.flat();
    if (known && sameTensors(known.given, given)) return known.inputs;
    const inputs: NamedTensorMap = { ...state };
    addNamed(inputs, parameters, 'parameter');
    for (const [i, gradient] of placed.entries()) {
      if (gradient instanceof Tensor) inputs[`gradient${i}`] = gradient;
      else addNamed(inputs, gradient, `gradient${i}.`);
    }
    known = { given, inputs };
    return inputs;
  }

  /** Gives the others this worker's part of the parameters, and takes theirs. */
  function exchange(shared: SharedStep): void {
    const own = shared.parts[shared.own] as AdamPart;
    const merged = shared.merge((place) => {
      eachWithin(parameters, own, (numbers, from) => place.set(numbers, from));
    });
    eachOutside(parameters, shared, (numbers, from) => numbers.set(merged.subarray(from, from + numbers.length)));
  }

  return {
    params: initial,
    size,
    shares: true,
    step: (gradients, learningRate, share = { parts: [whole] }) => {
      const shared = 'own' in share ? share : null;
      const part = shared ? (shared.parts[shared.own] as AdamPart) : whole;
      const inputs = inputsFor(gradients, part);
      const normOf = (of: AdamPart): number =>
        read(engine().runKernel(kernelNames.gradientNorm, inputs, { ...of }) as Tensor);
      const norm = Math.hypot(...(shared ? shared.gather(normOf(part)) : share.parts.map(normOf)));
      if (Math.min(norm, clipNorm) >= largestLength) return Infinity;
      if (!Number.isFinite(norm)) return norm;
      const attributes: AdamKernelAttributes = {
        ...{ ...part, ...adamRates(steps + 1, learningRate), beta1, beta2 },
        scale: norm > clipNorm ? clipNorm / norm : 1,
      };
      engine().runKernel(kernelNames.adam, inputs, attributes as unknown as NamedAttrMap);
      if (shared) exchange(shared);
      steps++;
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
    shares: false,
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
        for (const tensor of trainableTensors(model.layout, params, freeze)) tensor.dispose();
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
