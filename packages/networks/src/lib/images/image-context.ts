import { type Shape, type Site, sizeOf } from '@diffeo/core';
import { spaceToChannels } from '@diffeo/ops';
import { reshape, type Tensor, tile } from '@tensorflow/tfjs-core';

/** The shape of an image. */
type Image = readonly [height: number, width: number, channels: number];

const isImage = (shape: Shape): shape is Image => shape.length === 3;

/** How many channels a context adds to the network's input, and how they come to be; `null` where it does not fit. */
function contextChannels(shape: Shape, [height, width]: Image): { count: number; of(context: Tensor): Tensor } | null {
  if (!isImage(shape)) {
    const count = sizeOf(shape);
    const of = (context: Tensor): Tensor => {
      const batch = context.shape[0] as number;
      return tile(reshape(context, [batch, 1, 1, count]), [1, height, width, 1]);
    };
    return { count, of };
  }
  const factor = shape[0] / height;
  if (!Number.isInteger(factor) || shape[1] !== factor * width) return null;
  const image = { height: shape[0], width: shape[1], channels: shape[2] };
  return { count: factor * factor * shape[2], of: (context) => spaceToChannels(context, image, factor) };
}

/** What a network of images makes of its site and shapes, or the error that names what doesn't fit. */
export function imageNetwork({ contextShape, fail }: Site, inputShape: Shape, outputShape: Shape) {
  if (!isImage(inputShape) || !isImage(outputShape)) {
    return fail(
      "this network maps images, that is event shapes [height, width, channels]: give the coupling of an image the mask 'channels' or 'checkerboard'",
    );
  }
  const context = contextShape && contextChannels(contextShape, inputShape);
  if (contextShape && !context) {
    const [height, across] = inputShape;
    fail(
      `a context that is an image must have sides that are the same multiple of ${height} × ${across}; got [${contextShape.join(', ')}]`,
    );
  }
  return { input: inputShape, output: outputShape, context };
}
