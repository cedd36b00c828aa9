import { kernelNames, type StackKernelAttributes } from '@diffeo/ops';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from '../heap/backend.ts';
import { outputs, withScratch } from '../heap/heap.ts';
import type { KernelContext } from '../heap/kernel-context.ts';
import { eachBlock, largestBlock } from '../heap/row-blocks.ts';
import {
  gradientAddresses,
  gradientShapes,
  type Inputs,
  inputsOf,
  layersOf,
  outputsOf,
  rowsEach,
  stackOf,
  weightsOf,
} from './stack-of.ts';

function forward(kernelContext: KernelContext, inputs: Inputs, attributes: StackKernelAttributes): TensorInfo[] {
  const { backend } = kernelContext;
  const x = inputs['x'] as TensorInfo;
  const weights = weightsOf(inputs);
  const events = x.shape[0] as number;
  const rows = rowsEach(x.shape);
  const [inputWidth, outputWidth] = [rows * inputsOf(weights), rows * outputsOf(weights)];
  const { save } = attributes;
  const block = save ? events : largestBlock(events, rows);
  const whole = stackOf(kernelContext, block, x.shape, weights, attributes);
  return withScratch(backend, save ? whole.forwardBytes : whole.forwardBytesAlone, (scratch) => {
    const shape = [...x.shape.slice(0, -1), outputsOf(weights)];
    const made = outputs(backend, [shape, ...(save ? [[whole.savedSize]] : [])]);
    const [y, saved = 0] = made.map((info) => addressOf(backend, info)) as [number, number?];
    const from = addressOf(backend, x);
    const layers = layersOf(backend, inputs, weights);
    if (save) whole.forward(kernelContext, from, layers, { y, saved, scratch });
    else {
      eachBlock(events, block, (first, count) => {
        const stack = count === block ? whole : stackOf(kernelContext, count, x.shape, weights, attributes);
        const to = { y: y + 4 * first * outputWidth, saved: 0, scratch };
        stack.forward(kernelContext, from + 4 * first * inputWidth, layers, to);
      });
    }
    return made;
  });
}

function backward(kernelContext: KernelContext, inputs: Inputs, attributes: StackKernelAttributes): TensorInfo[] {
  const { backend } = kernelContext;
  const { x, saved, dy } = inputs as Readonly<Record<'x' | 'saved' | 'dy', TensorInfo>>;
  const weights = weightsOf(inputs);
  const stack = stackOf(kernelContext, x.shape[0] as number, x.shape, weights, attributes);
  const at = (info: TensorInfo) => addressOf(backend, info);
  return withScratch(backend, stack.backwardBytes, (scratch) => {
    const made = outputs(backend, [x.shape, ...gradientShapes(weights)]);
    const [dx, ...gradients] = made as [TensorInfo, ...TensorInfo[]];
    const places = { x: at(x), saved: at(saved), dy: at(dy), dx: at(dx), scratch };
    stack.backward(kernelContext, places, weights.map(at), gradientAddresses(backend, gradients));
    return made;
  });
}

/** The kernels of `denseStack` and `convStack`. */
export function stackKernels(contextOf: (backend: WasmBackend) => KernelContext): readonly KernelConfig[] {
  const config = (kernelName: string, run: typeof forward): KernelConfig => ({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) =>
      run(contextOf(backend as WasmBackend), inputs as Inputs, attrs as unknown as StackKernelAttributes),
  });
  return [config(kernelNames.stack, forward), config(kernelNames.stackGradient, backward)];
}
