import { type DenseStackKernelAttributes, kernelNames } from '@diffeo/ops';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from './backend.ts';
import {
  backwardScratch,
  backwardStack,
  forwardScratch,
  forwardStack,
  type LayerAddresses,
  planStack,
} from './dense-stack.ts';
import { outputs, withScratch } from './heap.ts';
import type { Machine } from './kernel-module.ts';
import { eachBlock, largestBlock } from './row-blocks.ts';

export type Inputs = Readonly<Record<string, TensorInfo>>;

/** The tensors `weight0`, `weight1`, … of a kernel's inputs. */
export function weightsOf(inputs: Inputs): readonly TensorInfo[] {
  const weights: TensorInfo[] = [];
  for (let weight = inputs['weight0']; weight; weight = inputs[`weight${weights.length}`]) weights.push(weight);
  return weights;
}

/** The sizes of the vectors between the layers that these weights make. */
export const widthsOf = (weights: readonly TensorInfo[]): readonly number[] => [
  weights[0]?.shape[0] as number,
  ...weights.map(({ shape }) => shape[1] as number),
];

/** Where the layers among a kernel's inputs are. */
export const layersOf = (backend: WasmBackend, inputs: Inputs, weights: readonly TensorInfo[]): LayerAddresses[] =>
  weights.map((weight, i) => ({
    weight: addressOf(backend, weight),
    bias: addressOf(backend, inputs[`bias${i}`] as TensorInfo),
  }));

/** The shapes of the gradients of every weight and bias, in order. */
export const gradientShapes = (weights: readonly TensorInfo[]): readonly (readonly number[])[] =>
  weights.flatMap(({ shape }) => [shape, [shape[1] as number]]);

/** Such gradients, as addresses by layer. */
export const gradientAddresses = (backend: WasmBackend, gradients: readonly TensorInfo[]): LayerAddresses[] =>
  Array.from({ length: gradients.length / 2 }, (_, i) => ({
    weight: addressOf(backend, gradients[2 * i] as TensorInfo),
    bias: addressOf(backend, gradients[2 * i + 1] as TensorInfo),
  }));

function forward(machine: Machine, inputs: Inputs, attributes: DenseStackKernelAttributes): TensorInfo[] {
  const { backend, kernels } = machine;
  const x = inputs['x'] as TensorInfo;
  const weights = weightsOf(inputs);
  const widths = widthsOf(weights);
  const [rows, width] = x.shape as [number, number];
  const outputWidth = widths.at(-1) as number;
  const { keep } = attributes;
  const whole = planStack(kernels, keep ? rows : largestBlock(rows), widths, attributes);
  return withScratch(backend, forwardScratch(kernels, whole, keep), (scratch) => {
    const made = outputs(backend, [[rows, outputWidth], [keep ? whole.keptSize : 0]]);
    const [y, kept] = made.map((info) => addressOf(backend, info)) as [number, number];
    const from = addressOf(backend, x);
    const layers = layersOf(backend, inputs, weights);
    if (keep) forwardStack(machine, whole, from, layers, { y, kept, scratch });
    else {
      eachBlock(rows, (first, count) => {
        const plan = planStack(kernels, count, widths, attributes);
        const to = { y: y + 4 * first * outputWidth, kept: 0, scratch };
        forwardStack(machine, plan, from + 4 * first * width, layers, to);
      });
    }
    return made;
  });
}

function backward(machine: Machine, inputs: Inputs, attributes: DenseStackKernelAttributes): TensorInfo[] {
  const { backend, kernels } = machine;
  const { x, kept, dy } = inputs as Readonly<Record<'x' | 'kept' | 'dy', TensorInfo>>;
  const weights = weightsOf(inputs);
  const plan = planStack(kernels, x.shape[0] as number, widthsOf(weights), attributes);
  const at = (info: TensorInfo) => addressOf(backend, info);
  return withScratch(backend, backwardScratch(kernels, plan), (scratch) => {
    const made = outputs(backend, [x.shape, ...gradientShapes(weights)]);
    const [dx, ...gradients] = made as [TensorInfo, ...TensorInfo[]];
    const places = { x: at(x), kept: at(kept), dy: at(dy), dx: at(dx), scratch };
    backwardStack(machine, plan, places, weights.map(at), gradientAddresses(backend, gradients));
    return made;
  });
}

/** The kernels of `denseStack`. */
export function denseStackKernels(machineOf: (backend: WasmBackend) => Machine): readonly KernelConfig[] {
  const config = (kernelName: string, run: typeof forward): KernelConfig => ({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) =>
      run(machineOf(backend as WasmBackend), inputs as Inputs, attrs as unknown as DenseStackKernelAttributes),
  });
  return [config(kernelNames.denseStack, forward), config(kernelNames.denseStackGradient, backward)];
}
