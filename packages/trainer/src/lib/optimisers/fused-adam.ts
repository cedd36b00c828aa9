import { disposeParams, type Flow, type FlowParams } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { numbersOf } from '@diffeo/kernels-wasm';
import { type AdamKernelAttributes, type AdamPart, kernelNames } from '@diffeo/ops';
import { engine, type NamedAttrMap, type NamedTensorMap, Tensor, zeros } from '@tensorflow/tfjs-core';
import { takeScalar } from '../reading/with-numbers.ts';
import { trainableTensors } from '../training/trainable-tensors.ts';
import { adamRates } from './adam.ts';
import { largestLength } from './gradient-length.ts';
import type { FusedAdam, Optimiser } from './optimiser.ts';
import { readState, writeState } from './optimiser-state.ts';
import { eachOutside, eachWithin, isSharded, type ShardedStep } from './sharded-step.ts';
import type { Gradient, TrainState, TrainStateOptions } from './train-state.ts';

function addNamed(inputs: NamedTensorMap, tensors: readonly Tensor[], name: string): void {
  for (const [i, tensor] of tensors.entries()) inputs[`${name}${i}`] = tensor;
}

const sameTensors = (a: readonly Tensor[], b: readonly Tensor[]): boolean =>
  a.length === b.length && a.every((tensor, i) => tensor === b[i]);

/** Steps of Adam by kernels that change the parameters where they are. */
export function fusedAdamTrainState(
  model: Flow,
  initial: FlowParams,
  { layout, fused, init }: Pick<Optimiser, 'layout' | 'init'> & { readonly fused: FusedAdam },
  { clipNorm, freeze, state: before }: TrainStateOptions,
): TrainState {
  const parameters = trainableTensors(model.layout, initial, freeze);
  const size = parameters.reduce((total, tensor) => total + tensor.size, 0);
  const state = tidied(() => (before ? writeState(layout, before) : init()) as never) as {
    readonly mean: Tensor;
    readonly square: Tensor;
  };
  const { beta1, beta2, decays } = fused;
  const decaying = decays.includes(true);
  /** Where vectors of numbers stand on the device, by their place among the gradients. */
  const received = new Map<number, Tensor>();
  let known: { readonly given: readonly Tensor[]; readonly inputs: NamedTensorMap } | null = null;
  let steps = before?.step ?? 0;
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
  function exchange(shared: ShardedStep): void {
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
    applyGradients: async (gradients, learningRate, { share: given, loss = 0 } = {}) => {
      const shared = given && isSharded(given) ? given : null;
      const { parts } = given ?? { parts: [whole] };
      const part = shared ? (shared.parts[shared.own] as AdamPart) : whole;
      const inputs = inputsFor(gradients, part);
      const normOf = (of: AdamPart): Promise<number> =>
        takeScalar(engine().runKernel(kernelNames.gradientNorm, inputs, { ...of }) as Tensor);
      const norms = shared ? shared.gather(await normOf(part)) : await Promise.all(parts.map(normOf));
      const norm = Math.hypot(...norms);
      if (Math.min(norm, clipNorm) >= largestLength) return Infinity;
      if (!(Number.isFinite(norm) && Number.isFinite(await loss))) return norm;
      const attributes: AdamKernelAttributes = {
        ...{ ...part, ...adamRates(fused, steps + 1, learningRate), beta1, beta2 },
        ...(decaying && { decay: { decays, keep: 1 - learningRate * fused.decay } }),
        scale: norm > clipNorm ? clipNorm / norm : 1,
      };
      engine().runKernel(kernelNames.adam, inputs, attributes as unknown as NamedAttrMap);
      if (shared) exchange(shared);
      steps++;
      return norm;
    },
    state: () => readState(steps, layout, state as never),
    dispose: () => {
      for (const tensor of [...Object.values(state), ...received.values()]) tensor.dispose();
      disposeParams(model.layout, initial);
    },
  };
}
