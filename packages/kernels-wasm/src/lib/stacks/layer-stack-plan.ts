import type { DenseStackOptions } from '@diffeo/ops';
import { withScratch } from '../heap/heap.ts';
import type { KernelContext } from '../heap/kernel-context.ts';
import {
  backwardShape,
  type ConvShape,
  convInfo,
  forwardShape,
  isPointwise,
  shapeBytes,
  writeShape,
} from '../tfjs/conv-shape.ts';
import { activationCodes } from './activation-code.ts';
import { type DegreeLists, degreeLists } from './degree-lists.ts';
import { type SavedLayer, wholeLines } from './stack.ts';

/** One layer of a stack: a product of matrices, or a convolution of stride 1 with zeros beyond the borders. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** A convolution's own sizes and those of its input's gradient; `null` where it is a product of matrices. */
  readonly shapes: { readonly forward: ConvShape; readonly backward: ConvShape } | null;
  /** Whether it adds its input to its output. */
  readonly skips: boolean;
  /** Whether what enters may have many zeros. */
  readonly zerosEnter: boolean;
}

/** A stack at one batch size: everything that is known before any number is. */
export interface StackPlan {
  /** How many rows there are: one for each pixel of images. */
  readonly rows: number;
  readonly activation: number;
  readonly layers: readonly Layer[];
  /**
   * How many layers at the beginning are done at once: two where a rectified layer of one number enters another, which is
   * piecewise linear in that number; what is saved of the first is its order then. Otherwise none.
   */
  readonly together: 0 | 2;
  /** For each layer but the last. */
  readonly saved: readonly SavedLayer[];
  /** How many numbers are saved. */
  readonly savedSize: number;
  /** Bytes of the largest matrix that a gradient passes through. */
  readonly largest: number;
  /** Of masked layers, what they see. */
  readonly degrees: DegreeLists | null;
  /** Bytes of what kernels read from the head of the scratch: a convolution's sizes, or degrees. */
  readonly headBytes: number;
}

type Image = readonly [images: number, height: number, width: number];

function shapesOf([images, height, width]: Image, filter: readonly number[]): Layer['shapes'] {
  const attributes = { strides: 1, pad: 'same', dataFormat: 'NHWC' } as const;
  const info = convInfo([images, height, width, filter[2] as number], filter, attributes);
  if (!info || isPointwise(info)) return null;
  return { forward: forwardShape(info), backward: backwardShape(info) };
}

/**
 * Plans a stack of these weights: matrices on so many rows, or filters on `image`, which is how many there are, their height
 * and their width.
 */
export function planStack(
  { kernels }: KernelContext,
  image: Image,
  weights: readonly (readonly number[])[],
  { activation, residual, degrees: masks }: DenseStackOptions,
): StackPlan {
  const rows = image[0] * image[1] * image[2];
  const rectified = activation === 'relu';
  const last = weights.length - 1;
  const skips = weights.map((shape, i) => residual && i < last && shape.at(-2) === shape.at(-1));
  const layers = weights.map(
    (shape, i): Layer => ({
      inputs: shape.at(-2) as number,
      outputs: shape.at(-1) as number,
      shapes: shape.length === 4 ? shapesOf(image, shape) : null,
      skips: skips[i] as boolean,
      zerosEnter: rectified && i > 0 && !skips[i - 1],
    }),
  );
  const [first, second] = layers;
  const products = first && second && !first.shapes && !second.shapes && !first.skips && !second.skips;
  const together = products && rectified && !masks && first.inputs === 1 ? 2 : 0;
  const degrees = masks ? degreeLists(masks) : null;
  let savedSize = 0;
  const saved = layers.slice(0, -1).map(({ outputs, skips }, i) => {
    const size = i === 0 && together ? kernels.piecewiseLinearOrderBytes(rows, outputs) / 4 : rows * outputs;
    const output = 4 * savedSize;
    savedSize += size;
    const activated = skips ? 4 * savedSize : output;
    if (skips) savedSize += size;
    return { output, activated };
  });
  const widths = layers.flatMap(({ inputs, outputs }) => [inputs, outputs]);
  return {
    ...{ rows, activation: activationCodes[activation], layers, together, saved, savedSize, degrees },
    largest: wholeLines(4 * rows * Math.max(...widths)),
    headBytes: layers.some(({ shapes }) => shapes)
      ? wholeLines(shapeBytes)
      : wholeLines(degrees?.numbers.byteLength ?? 0),
  };
}

/** The layers that are done one by one. */
const single = ({ layers, together }: StackPlan): readonly Layer[] => layers.slice(together);

/** How many bytes `f` says that a convolution of this shape takes. */
const bytesFor = (kernelContext: KernelContext, shape: ConvShape, f: (address: number) => number): number =>
  withScratch(kernelContext.backend, shapeBytes, (address) => {
    writeShape(kernelContext, address, shape);
    return f(address) >>> 0;
  });

/** How many bytes of scratch the products of a stack take. */
const productScratch =
  ({ kernels }: KernelContext, { degrees }: StackPlan) =>
  (rows: number, inner: number, columns: number, skipZeros: boolean): number =>
    (degrees ? kernels.maskedProductScratch : kernels.productScratch)(rows, inner, columns, skipZeros) >>> 0;

/** How many bytes of scratch the way there takes, where the results between the layers have places of their own. */
export function forwardBytes(kernelContext: KernelContext, plan: StackPlan): number {
  const { kernels } = kernelContext;
  const { rows } = plan;
  const productBytes = productScratch(kernelContext, plan);
  const each = single(plan).map(({ inputs, outputs, shapes, zerosEnter }) =>
    shapes
      ? bytesFor(kernelContext, shapes.forward, kernels.convScratch)
      : productBytes(rows, inputs, outputs, zerosEnter),
  );
  if (plan.together) {
    const units = (plan.layers[0] as Layer).outputs;
    each.push(
      kernels.piecewiseLinearOrderScratch(rows, units) >>> 0,
      kernels.piecewiseLinearScratch(rows, units) >>> 0,
    );
  }
  return plan.headBytes + Math.max(...each);
}

/** How many bytes of scratch the way back takes: three matrices, and the largest product's. */
export function backwardBytes(kernelContext: KernelContext, plan: StackPlan): number {
  const { kernels } = kernelContext;
  const { rows } = plan;
  const productBytes = productScratch(kernelContext, plan);
  const each = single(plan).flatMap(({ inputs, outputs, shapes, zerosEnter }) =>
    shapes
      ? [
          bytesFor(kernelContext, shapes.forward, kernels.convFilterGradientScratch),
          bytesFor(kernelContext, shapes.backward, kernels.convScratch),
        ]
      : [
          kernels.weightGradientScratch(rows, inputs, outputs, zerosEnter) >>> 0,
          productBytes(rows, outputs, inputs, true),
        ],
  );
  if (plan.together) each.push(kernels.piecewiseLinearGradientScratch(rows, (plan.layers[0] as Layer).outputs) >>> 0);
  return 3 * plan.largest + plan.headBytes + Math.max(...each);
}
