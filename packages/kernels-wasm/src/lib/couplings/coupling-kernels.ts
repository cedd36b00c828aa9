import { type CouplingKernelAttributes, transformKernels } from '@diffeo/ops';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from '../heap/backend.ts';
import { outputs, withScratch } from '../heap/heap.ts';
import type { KernelContext } from '../heap/kernel-context.ts';
import { eachBlock, largestBlock } from '../heap/row-blocks.ts';
import { gradientAddresses, gradientShapes, type Inputs, layersOf, rowsEach, weightsOf } from '../stacks/stack-of.ts';
import type { TransformKernel } from '../transforms/transform-kernel.ts';
import { planCoupling } from './coupling-plan.ts';

type Attributes = CouplingKernelAttributes;

/** A matrix: where it begins and how many numbers a row has. */
interface Matrix {
  readonly at: number;
  readonly width: number;
}

/** What of a matrix comes from one row on. */
const fromRow = ({ at, width }: Matrix, row: number): Matrix => ({ at: at + 4 * row * width, width });

/** Copies what the conditioner takes: the columns of the points that stay, then the context. */
function enter(
  { kernels }: KernelContext,
  {
    points,
    context,
    rows,
    list,
    count,
    to,
  }: {
    readonly points: Matrix;
    readonly context: Matrix;
    readonly rows: number;
    readonly list: number;
    readonly count: number;
    readonly to: number;
  },
): void {
  const step = 4 * (count + context.width);
  kernels.gatherColumns(points.at, 4 * points.width, rows, list, count, to, step);
  if (context.width > 0) kernels.copyRows(context.at, 4 * context.width, rows, context.width, to + 4 * count, step);
}

function forward(
  transform: TransformKernel,
  kernelContext: KernelContext,
  inputs: Inputs,
  attributes: Attributes,
): TensorInfo[] {
  const { backend, kernels } = kernelContext;
  const { identityColumns, transformedColumns, save } = attributes;
  const { x, context } = inputs as { readonly x: TensorInfo; readonly context?: TensorInfo };
  const weights = weightsOf(inputs);
  const { shape } = x;
  const [events, each, size] = [shape[0] as number, rowsEach(shape), shape.at(-1) as number];
  const block = save ? events : largestBlock(events, each);
  const plan = planCoupling(transform, kernelContext, attributes, block, shape, weights);
  const { at } = plan.forward;
  return withScratch(backend, plan.forward.bytes, (scratch) => {
    const made = outputs(backend, [shape, [events], ...(save ? [[plan.savedSize]] : [])]);
    const [value, logDet, saved = 0] = made.map((info) => addressOf(backend, info)) as [number, number, number?];
    const identityList = scratch + at.lists;
    const transformedList = identityList + 4 * identityColumns.length;
    kernelContext.writeInts(identityList, plan.columns);
    const layers = layersOf(backend, inputs, weights);
    const points = { at: addressOf(backend, x), width: size };
    const given = { at: context ? addressOf(backend, context) : 0, width: context?.shape.at(-1) ?? 0 };
    kernels.copyRows(points.at, 0, 1, events * each * size, value, 0);
    const run = (first: number, count: number) => {
      const { stack, rows } =
        count === block ? plan : planCoupling(transform, kernelContext, attributes, count, shape, weights);
      const [own, entering, raw] = [fromRow(points, first * each), scratch + at.entering, scratch + at.raw];
      enter(kernelContext, {
        ...{ points: own, context: fromRow(given, first * each), rows },
        ...{ list: identityList, count: identityColumns.length, to: entering },
      });
      const hidden = save ? saved + plan.transformBytes : 0;
      stack.forward(kernelContext, entering, layers, { y: raw, saved: hidden, scratch: scratch + at.stack });
      const rowLogDets = each === 1 ? logDet + 4 * first : scratch + at.logDets;
      transform.forward(kernels, attributes.transform, {
        ...{ x: own.at, step: 4 * size, rows, list: transformedList, count: transformedColumns.length, raw },
        ...{ value: value + 4 * first * each * size, logDet: rowLogDets },
        ...{ saved: save ? saved : scratch + at.saved, save, scratch: scratch + at.transform },
      });
      if (each > 1) kernels.sumGroups(rowLogDets, count, each, logDet + 4 * first);
    };
    eachBlock(events, block, run);
    return made;
  });
}

interface GradientInputs {
  readonly point: TensorInfo;
  readonly context?: TensorInfo;
  readonly dValue: TensorInfo;
  readonly dLogDet: TensorInfo;
  readonly saved: TensorInfo;
}

function backward(
  transform: TransformKernel,
  kernelContext: KernelContext,
  inputs: Inputs,
  attributes: Attributes,
): TensorInfo[] {
  const { backend, kernels } = kernelContext;
  const { identityColumns, transformedColumns } = attributes;
  const { point, context, dValue, dLogDet, saved } = inputs as unknown as GradientInputs;
  const weights = weightsOf(inputs);
  const { shape } = point;
  const [events, each, size] = [shape[0] as number, rowsEach(shape), shape.at(-1) as number];
  const contextWidth = context?.shape.at(-1) ?? 0;
  const width = identityColumns.length + contextWidth;
  const plan = planCoupling(transform, kernelContext, attributes, events, shape, weights);
  const { rows } = plan;
  const { at } = plan.backward;
  const address = (info: TensorInfo) => addressOf(backend, info);
  return withScratch(backend, plan.backward.bytes, (scratch) => {
    const made = outputs(backend, [shape, ...(context ? [context.shape] : []), ...gradientShapes(weights)]);
    const [dx, dContext] = made as [TensorInfo, TensorInfo];
    const identityList = scratch + at.lists;
    const transformedList = identityList + 4 * identityColumns.length;
    kernelContext.writeInts(identityList, plan.columns);
    const [entering, dEntering, dRaw] = [scratch + at.entering, scratch + at.dEntering, scratch + at.dRaw];
    const hidden = address(saved) + plan.transformBytes;
    enter(kernelContext, {
      points: { at: address(point), width: size },
      context: { at: context ? address(context) : 0, width: contextWidth },
      ...{ rows, list: identityList, count: identityColumns.length, to: entering },
    });
    const rowLogDets = each === 1 ? address(dLogDet) : scratch + at.dLogDets;
    if (each > 1) kernels.repeatGroups(address(dLogDet), events, each, rowLogDets);
    transform.backward(kernels, attributes.transform, {
      ...{ dValue: address(dValue), dLogDet: rowLogDets, point: address(point), step: 4 * size, rows },
      ...{ list: transformedList, count: transformedColumns.length, saved: address(saved) },
      ...{ scratch: scratch + at.transform, dx: address(dx), dRaw },
    });
    plan.stack.backward(
      kernelContext,
      { x: entering, saved: hidden, dy: dRaw, dx: dEntering, scratch: scratch + at.stack },
      weights.map(address),
      gradientAddresses(backend, made.slice(context ? 2 : 1)),
    );
    const count = identityColumns.length;
    kernels.addToColumns(dEntering, 4 * width, address(dValue), rows, identityList, count, address(dx), 4 * size);
    if (context) {
      const from = dEntering + 4 * count;
      kernels.copyRows(from, 4 * width, rows, contextWidth, address(dContext), 4 * contextWidth);
    }
    return made;
  });
}

/** The kernels of whole couplings with a transform, of vectors and of images, as `fusedCoupling` runs them. */
export function couplingKernels(
  contextOf: (backend: WasmBackend) => KernelContext,
  transform: TransformKernel,
): readonly KernelConfig[] {
  const names = transformKernels(transform.name);
  const config = (kernelName: string, run: typeof forward): KernelConfig => ({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) =>
      run(transform, contextOf(backend as WasmBackend), inputs as Inputs, attrs as unknown as Attributes),
  });
  return [config(names.coupling, forward), config(names.couplingGradient, backward)];
}
