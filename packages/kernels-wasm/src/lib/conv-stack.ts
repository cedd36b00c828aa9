import type { DenseStackKernelAttributes } from '@diffeo/ops';
import { activationCodes } from './activation-code.ts';
import {
  backwardShape,
  type ConvShape,
  convInfo,
  forwardShape,
  isPointwise,
  shapeBytes,
  writeShape,
} from './conv-shape.ts';
import { withScratch } from './heap.ts';
import type { Machine } from './machine.ts';
import { type BackwardPlaces, type KeptLayer, type LayerAddresses, type Stack, wholeLines } from './stack.ts';

/** One convolution of a stack: stride 1, zeros beyond the borders. */
interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** Its own sizes and those of its input's gradient; `null` where it is a product of matrices. */
  readonly shapes: { readonly forward: ConvShape; readonly backward: ConvShape } | null;
  /** Whether it adds its input to its output. */
  readonly skips: boolean;
  /** Whether what enters may have many zeros. */
  readonly zerosEnter: boolean;
}

interface Plan {
  /** How many pixels there are, of all images. */
  readonly rows: number;
  readonly activation: number;
  readonly layers: readonly Layer[];
  /** For each layer but the last. */
  readonly kept: readonly KeptLayer[];
  readonly keptSize: number;
  /** Bytes of the largest image that a gradient passes through. */
  readonly largest: number;
}

const noSlope = 0;
const shapesBytes = wholeLines(shapeBytes);

/** How many bytes `f` says that a convolution of this shape takes. */
const bytesFor = (machine: Machine, shape: ConvShape, f: (address: number) => number): number =>
  withScratch(machine.backend, shapeBytes, (address) => {
    writeShape(machine, address, shape);
    return f(address) >>> 0;
  });

function planLayers(
  [images, height, width]: readonly [number, number, number],
  filters: readonly (readonly number[])[],
  residual: boolean,
  rectified: boolean,
): Layer[] {
  const skips = filters.map(([, , inputs, outputs], i) => residual && i < filters.length - 1 && inputs === outputs);
  return filters.map((filter, i) => {
    const [, , inputs, outputs] = filter as [number, number, number, number];
    const attributes = { strides: 1, pad: 'same', dataFormat: 'NHWC' } as const;
    const info = convInfo([images, height, width, inputs], filter, attributes) as NonNullable<
      ReturnType<typeof convInfo>
    >;
    return {
      ...{ inputs, outputs, skips: skips[i] as boolean },
      shapes: isPointwise(info) ? null : { forward: forwardShape(info), backward: backwardShape(info) },
      zerosEnter: rectified && i > 0 && !skips[i - 1],
    };
  });
}

function planStack(
  image: readonly [number, number, number],
  filters: readonly (readonly number[])[],
  { activation, residual }: Pick<DenseStackKernelAttributes, 'activation' | 'residual'>,
): Plan {
  const rows = image[0] * image[1] * image[2];
  const layers = planLayers(image, filters, residual, activation === 'relu');
  let keptSize = 0;
  const kept = layers.slice(0, -1).map(({ outputs, skips }) => {
    const output = 4 * keptSize;
    keptSize += rows * outputs;
    const activated = skips ? 4 * keptSize : output;
    if (skips) keptSize += rows * outputs;
    return { output, activated };
  });
  const largest = wholeLines(4 * rows * Math.max(...layers.flatMap(({ inputs, outputs }) => [inputs, outputs])));
  return { rows, activation: activationCodes[activation], layers, kept, keptSize, largest };
}

function forwardBytes(machine: Machine, { rows, layers }: Plan): number {
  const { kernels } = machine;
  const each = layers.map(({ inputs, outputs, shapes, zerosEnter }) =>
    shapes
      ? bytesFor(machine, shapes.forward, kernels.convScratch)
      : kernels.productScratch(rows, inputs, outputs, zerosEnter) >>> 0,
  );
  return shapesBytes + Math.max(...each);
}

function backwardBytes(machine: Machine, { rows, layers, largest }: Plan): number {
  const { kernels } = machine;
  const each = layers.flatMap(({ inputs, outputs, shapes, zerosEnter }) =>
    shapes
      ? [
          bytesFor(machine, shapes.forward, kernels.convFilterGradientScratch),
          bytesFor(machine, shapes.backward, kernels.convScratch),
        ]
      : [
          kernels.weightGradientScratch(rows, inputs, outputs, zerosEnter) >>> 0,
          kernels.productScratch(rows, outputs, inputs, true) >>> 0,
        ],
  );
  return 3 * largest + shapesBytes + Math.max(...each);
}

function forward(
  machine: Machine,
  plan: Plan,
  x: number,
  addresses: readonly LayerAddresses[],
  { y, kept: wanted, scratch }: { readonly y: number; readonly kept: number; readonly scratch: number },
): void {
  const { kernels } = machine;
  const shape = scratch;
  const kept = wanted || scratch + shapesBytes;
  const free = scratch + shapesBytes + (wanted ? 0 : wholeLines(4 * plan.keptSize));
  let entering = x;
  for (const [i, { inputs, outputs, shapes, skips, zerosEnter }] of plan.layers.entries()) {
    const { weight, bias } = addresses[i] as LayerAddresses;
    const place = plan.kept[i];
    const to = place ? kept + place.activated : y;
    const code = place ? plan.activation : activationCodes.linear;
    if (shapes) {
      writeShape(machine, shape, shapes.forward);
      kernels.conv(shape, entering, weight, false, bias, to, code, noSlope, free);
    } else {
      kernels.product(
        ...([entering, 4 * inputs, 4, weight, 4 * outputs, 4, bias, to, plan.rows, inputs, outputs] as const),
        ...([code, noSlope, zerosEnter, free] as const),
      );
    }
    if (!place) return;
    const output = kept + place.output;
    if (skips) kernels.add(to, entering, plan.rows * outputs, output);
    entering = output;
  }
}

function backward(
  machine: Machine,
  plan: Plan,
  at: BackwardPlaces,
  weights: readonly number[],
  gradients: readonly LayerAddresses[],
): void {
  const { kernels } = machine;
  const { rows, activation, layers, largest } = plan;
  const [first, second, third] = [at.scratch, at.scratch + largest, at.scratch + 2 * largest];
  const shape = third + largest;
  const free = shape + shapesBytes;
  let dh = at.dy;
  for (let i = layers.length - 1; i >= 0; i--) {
    const { inputs, outputs, shapes, skips, zerosEnter } = layers[i] as Layer;
    const place = plan.kept[i];
    const dz = place ? third : dh;
    if (place) kernels.activationGradient(dh, at.kept + place.activated, dz, rows * outputs, activation);
    const { weight, bias } = gradients[i] as LayerAddresses;
    const before = plan.kept[i - 1];
    const entering = before ? at.kept + before.output : at.x;
    const to = i === 0 ? at.dx : dh === first ? second : first;
    kernels.sumRows(dz, rows, outputs, bias);
    if (shapes) {
      writeShape(machine, shape, shapes.forward);
      kernels.convFilterGradient(shape, entering, dz, weight, free);
      writeShape(machine, shape, shapes.backward);
      kernels.conv(shape, dz, weights[i] as number, true, 0, to, activationCodes.linear, noSlope, free);
    } else {
      kernels.weightGradient(entering, dz, rows, inputs, outputs, zerosEnter, weight, free);
      const zeros = place !== undefined && activation === activationCodes.relu;
      kernels.product(
        ...([dz, 4 * outputs, 4, weights[i] as number, 4, 4 * outputs, 0, to, rows, outputs, inputs] as const),
        ...([activationCodes.linear, noSlope, zeros, free] as const),
      );
    }
    if (skips) kernels.add(to, dh, rows * inputs, to);
    dh = to;
  }
}

/** A stack of convolutions over `image`: how many, their height, their width. */
export function convStack(
  machine: Machine,
  image: readonly [number, number, number],
  filters: readonly (readonly number[])[],
  options: Pick<DenseStackKernelAttributes, 'activation' | 'residual'>,
): Stack {
  const plan = planStack(image, filters, options);
  const bytes = forwardBytes(machine, plan);
  return {
    keptSize: plan.keptSize,
    forwardBytes: bytes,
    forwardBytesAlone: bytes + wholeLines(4 * plan.keptSize),
    backwardBytes: backwardBytes(machine, plan),
    forward: (bound, x, layers, places) => forward(bound, plan, x, layers, places),
    backward: (bound, places, weights, gradients) => backward(bound, plan, places, weights, gradients),
  };
}
