import type { DenseStackOptions } from '@diffeo/ops';
import type { KernelContext } from '../heap/kernel-context.ts';
import { writeShape } from '../tfjs/conv-shape.ts';
import { activationCodes } from './activation-code.ts';
import { backwardBytes, forwardBytes, type Layer, planStack, type StackPlan } from './layer-stack-plan.ts';
import { type BackwardPlaces, type ForwardPlaces, type LayerAddresses, type Stack, wholeLines } from './stack.ts';

const noSlope = 0;

/** The two layers at the beginning that are done at once; returns where what enters the next is. */
function forwardTogether(
  { kernels }: KernelContext,
  { rows, layers: planned, saved: places }: StackPlan,
  x: number,
  [first, second]: readonly [LayerAddresses, LayerAddresses],
  { y, saved, scratch }: ForwardPlaces,
): number {
  const { inputs: units, outputs } = planned[1] as Layer;
  const place = places[1];
  kernels.piecewiseLinearOrder(x, rows, first.weight, first.bias, units, saved, scratch);
  const to = place ? saved + place.output : y;
  kernels.piecewiseLinear(
    ...([x, saved, rows, units, second.weight, second.bias, outputs, to] as const),
    ...([place !== undefined, scratch] as const),
  );
  return to;
}

function forward(
  kernelContext: KernelContext,
  plan: StackPlan,
  x: number,
  addresses: readonly LayerAddresses[],
  { y, saved: wanted, scratch }: ForwardPlaces,
): void {
  const { kernels } = kernelContext;
  const { rows, layers, together, activation, degrees } = plan;
  if (degrees) kernelContext.writeInts(scratch, degrees.numbers);
  const saved = wanted || scratch + plan.headBytes;
  const free = scratch + plan.headBytes + (wanted ? 0 : wholeLines(4 * plan.savedSize));
  let entering = x;
  if (together) {
    const [first, second] = addresses as readonly [LayerAddresses, LayerAddresses];
    entering = forwardTogether(kernelContext, plan, x, [first, second], { y, saved, scratch: free });
  }
  for (let i: number = together; i < layers.length; i++) {
    const { inputs, outputs, shapes, skips, zerosEnter } = layers[i] as Layer;
    const { weight, bias } = addresses[i] as LayerAddresses;
    const place = plan.saved[i];
    const to = place ? saved + place.activated : y;
    const code = place ? activation : activationCodes.linear;
    if (shapes) {
      writeShape(kernelContext, scratch, shapes.forward);
      kernels.conv(scratch, entering, weight, false, bias, to, code, noSlope, free);
    } else {
      const given = [entering, 4 * inputs, 4, weight, 4 * outputs, 4, bias, to, rows, inputs, outputs] as const;
      const seen = degrees?.places[i];
      if (seen) {
        const lists = [scratch + seen.inputs, scratch + seen.outputs] as const;
        kernels.maskedProduct(...given, code, noSlope, zerosEnter, ...lists, free);
      } else kernels.product(...given, code, noSlope, zerosEnter, free);
    }
    if (!place) return;
    const output = saved + place.output;
    if (skips) kernels.add(to, entering, rows * outputs, output);
    entering = output;
  }
}

function backward(
  kernelContext: KernelContext,
  plan: StackPlan,
  at: BackwardPlaces,
  weights: readonly number[],
  gradients: readonly LayerAddresses[],
): void {
  const { kernels } = kernelContext;
  const { rows, activation, layers, largest, degrees } = plan;
  const [first, second, third] = [at.scratch, at.scratch + largest, at.scratch + 2 * largest];
  const head = third + largest;
  const free = head + plan.headBytes;
  if (degrees) kernelContext.writeInts(head, degrees.numbers);
  let dh = at.dy;
  for (let i = layers.length - 1; i >= 0; i--) {
    const { inputs, outputs, shapes, skips, zerosEnter } = layers[i] as Layer;
    const place = plan.saved[i];
    const dz = place ? third : dh;
    if (place) kernels.activationGradient(dh, at.saved + place.activated, dz, rows * outputs, activation);
    const { weight, bias } = gradients[i] as LayerAddresses;
    const before = plan.saved[i - 1];
    const entering = before ? at.saved + before.output : at.x;
    kernels.sumRows(dz, rows, outputs, bias);
    if (i < plan.together) {
      const start = gradients[0] as LayerAddresses;
      kernels.piecewiseLinearGradient(
        ...([at.x, at.saved, rows, inputs, weights[i] as number, outputs, dz, at.dx] as const),
        ...([start.weight, start.bias, weight, free] as const),
      );
      return;
    }
    const to = i === 0 ? at.dx : dh === first ? second : first;
    if (shapes) {
      writeShape(kernelContext, head, shapes.forward);
      kernels.convFilterGradient(head, entering, dz, weight, free);
      writeShape(kernelContext, head, shapes.backward);
      kernels.conv(head, dz, weights[i] as number, true, 0, to, activationCodes.linear, noSlope, free);
    } else {
      const zeros = place !== undefined && activation === activationCodes.relu;
      const turned = [dz, 4 * outputs, 4, weights[i] as number, 4, 4 * outputs, 0, to, rows, outputs, inputs] as const;
      const seen = degrees?.places[i];
      if (seen) {
        const lists = [head + seen.inputs, head + seen.outputs] as const;
        kernels.maskedWeightGradient(entering, dz, rows, inputs, outputs, zerosEnter, ...lists, weight, free);
        const minus = [head + seen.minusOutputs, head + seen.minusInputs] as const;
        kernels.maskedProduct(...turned, activationCodes.linear, noSlope, zeros, ...minus, free);
      } else {
        kernels.weightGradient(entering, dz, rows, inputs, outputs, zerosEnter, weight, free);
        kernels.product(...turned, activationCodes.linear, noSlope, zeros, free);
      }
    }
    if (skips) kernels.add(to, dh, rows * inputs, to);
    dh = to;
  }
}

/** The stack of these weights: matrices on so many rows, or filters on images (see {@link planStack}). */
export function layerStack(
  kernelContext: KernelContext,
  image: readonly [number, number, number],
  weights: readonly (readonly number[])[],
  options: DenseStackOptions,
): Stack {
  const plan = planStack(kernelContext, image, weights, options);
  const bytes = forwardBytes(kernelContext, plan);
  return {
    savedSize: plan.savedSize,
    forwardBytes: bytes,
    forwardBytesAlone: bytes + wholeLines(4 * plan.savedSize),
    backwardBytes: backwardBytes(kernelContext, plan),
    forward: (bound, x, layers, places) => forward(bound, plan, x, layers, places),
    backward: (bound, places, weights, gradients) => backward(bound, plan, places, weights, gradients),
  };
}
